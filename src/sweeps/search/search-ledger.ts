import { openLedger } from '../trials/ledger.js';
import type { Budget, TrialAsk, TrialResult } from './search-space.js';

/** What a search may still spend. Without a budget everything is affordable. */
export type SearchLedger = {
  pay(asked: readonly TrialAsk[], results: readonly TrialResult[]): void;
  /**
   * Whether this many more trials of each kind fit, at the planned cost or the mean cost so far, whichever is higher.
   * `overrun` is a share of the budget that may be spent beyond it.
   */
  affords(shortTrials: number, fullTrials: number, overrun?: number): boolean;
};

export function openSearchLedger(budget: Budget | undefined): SearchLedger {
  if (!budget) return { pay: () => {}, affords: () => true };
  const ledger = openLedger(budget.limit);
  const planned = { short: budget.shortCost, full: budget.fullCost };
  const seen = { short: { count: 0, cost: 0 }, full: { count: 0, cost: 0 } };
  const price = (kind: 'short' | 'full'): number =>
    seen[kind].count < 3 ? planned[kind] : Math.max(planned[kind], seen[kind].cost / seen[kind].count);
  return {
    pay(asked, results) {
      asked.forEach((ask, i) => {
        const cost = results[i]?.cost ?? planned[ask.fidelity];
        seen[ask.fidelity].count += 1;
        seen[ask.fidelity].cost += cost;
        ledger.pay(cost);
      });
    },
    affords: (shortTrials, fullTrials, overrun = 0) =>
      ledger.affords(shortTrials * price('short') + fullTrials * price('full') - overrun * budget.limit),
  };
}
