import { type DesignSpace, type SearchOptions, type TrialAsk, type TrialResult, trialKey } from './search-space.js';
import type { SearchResult, Strategy } from './strategy.js';

/**
 * A running search: ask for trials, tell results, until `ask` gives an empty list and `result` is there.
 * Telling the history of an interrupted run brings it back to where it was.
 */
export type SearchSession = {
  /** Trials of the current batch that have no result yet, in the order to run them; empty when the search is over. */
  ask(): TrialAsk[];
  /** The last result told for a trial counts, so that a voided one can be repeated before its batch is complete. */
  tell(result: TrialResult): void;
  readonly result: SearchResult | null;
  /** Results told that this search never asked for: above zero, the history is of another plan or seed. */
  readonly strayCount: number;
};

export function openSession(
  strategy: Strategy,
  space: DesignSpace,
  options: SearchOptions,
  history: readonly TrialResult[] = [],
): SearchSession {
  const told = new Map(history.map((result) => [trialKey(result), result]));
  const search = strategy.search(space, options);
  let step = search.next();
  let used = 0;

  const advance = (): void => {
    while (!step.done && step.value.every((ask) => told.has(trialKey(ask)))) {
      used += step.value.length;
      step = search.next(step.value.map((ask) => told.get(trialKey(ask))!));
    }
  };
  advance();

  const pendingKeys = (): TrialAsk[] => (step.done ? [] : step.value);
  return {
    ask: () => pendingKeys().filter((ask) => !told.has(trialKey(ask))),
    tell(result) {
      told.set(trialKey(result), result);
      advance();
    },
    get result() {
      return step.done ? step.value : null;
    },
    get strayCount() {
      return told.size - used - pendingKeys().filter((ask) => told.has(trialKey(ask))).length;
    },
  };
}
