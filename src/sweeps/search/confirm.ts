import type { Interval } from '../../core/interval.js';
import { randomStream, shuffled } from '../../core/random.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import { minimumDetectableEffect } from '../../stats/minimum-effect.js';
import { standardDeviation } from '../../stats/sample.js';
import { signedRankTest } from '../../stats/signed-rank.js';
import { pairOrder } from '../trials/pair-order.js';
import { isClear, nextLook, showsGain, usualPairs } from './confirm-looks.js';
import type { SearchLedger } from './search-ledger.js';
import type { Recommendation, SearchGenerator, TrialAsk } from './search-space.js';

export type Confirmation = {
  candidateId: string;
  defaultId: string;
  /** Candidate over default (1.08: 8 % faster), from complete pairs. */
  ratio: Interval;
  /** Exact two-sided signed-rank probability of such a difference by the coins alone. */
  pValue: number;
  /** The smallest difference these pairs would have shown with 90 % power, a share; null with too few pairs. */
  minimumDetectable: number | null;
  /** Shown at a level that all looks at the pairs share; `ratio` is the usual 95 % interval of the pairs that were run. */
  isFaster: boolean;
};

const LEVEL = 0.95;
/** Below six pairs 2^−n is above 2.5 %: the 95 % interval is infinite whatever the data. */
export const FEWEST_PAIRS = 6;
/** Pairs that give an interval at all may take the run this far beyond its budget: a share of it. */
const OVERRUN = 0.1;
/** A pair with a failed arm is repeated, up to this multiple of the pairs wanted at the next look. */
const REPEAT_CEILING = 1.5;

export type ConfirmPlan = {
  candidateId: string;
  defaultId: string;
  /** The most pairs; fewer where they are clear before. */
  mostPairs: number;
  seed: number;
  ledger: SearchLedger;
  /** Run beside the first six pairs, as many as an interval of their own needs. */
  references?: readonly string[];
};

/** Trials of `pairs` pairs with so many references beside them. */
export const confirmTrials = (pairs: number, references: number): number =>
  2 * pairs + references * Math.min(pairs, FEWEST_PAIRS);

/** Trials to expect where so many pairs are allowed: most confirmations are clear before. */
export const usualConfirmTrials = (mostPairs: number, references: number): number =>
  confirmTrials(usualPairs(mostPairs), references);

/**
 * Fresh pairs of the candidate against the default, a fair coin each for the order, until a look at them is clear
 * (confirm-looks.ts). Each pair is one batch.
 */
export function* confirm(plan: ConfirmPlan): SearchGenerator<Confirmation> {
  const coin = randomStream(plan.seed, 'confirm');
  const logRatios: number[] = [];
  for (let block = 0; ; block++) {
    const look = nextLook(logRatios.length, plan.mostPairs);
    if (look === null || block >= look * REPEAT_CEILING) break;
    if (block > 0 && !plan.ledger.affords(0, 2, logRatios.length < FEWEST_PAIRS ? OVERRUN : 0)) break;
    const pair = [plan.defaultId, plan.candidateId];
    const beside = block < FEWEST_PAIRS ? (plan.references ?? []).filter((id) => !pair.includes(id)) : [];
    // A shuffled block is a fair coin for each pair of its members.
    const ids = beside.length > 0 ? shuffled([...pair, ...beside], coin) : pair;
    if (beside.length === 0 && pairOrder(coin) === 'BA') ids.reverse();
    const batch: TrialAsk[] = ids.map((id) => ({ phase: 'confirm', block, id, fidelity: 'full' }));
    const results = yield batch;
    plan.ledger.pay(batch, results);
    const value = (id: string): number | null => results.find((r) => r.id === id)?.value ?? null;
    const [candidate, standard] = [value(plan.candidateId), value(plan.defaultId)];
    if (candidate !== null && standard !== null) logRatios.push(Math.log(candidate / standard));
    if (logRatios.length === look && isClear(logRatios)) break;
  }
  return confirmationOf(plan, logRatios);
}

/** What complete pairs say. */
export function confirmationOf(
  { candidateId, defaultId }: Pick<ConfirmPlan, 'candidateId' | 'defaultId'>,
  logRatios: readonly number[],
): Confirmation {
  const ratio = ratioInterval(logRatios, LEVEL);
  return {
    candidateId,
    defaultId,
    ratio,
    pValue: signedRankTest(logRatios).pTwoSided,
    minimumDetectable: minimumDetectableEffect({
      sdOfDifferences: standardDeviation(logRatios),
      pairs: logRatios.length,
      alpha: (1 - LEVEL) / 2,
    }),
    isFaster: showsGain(logRatios),
  };
}

/** Only what fresh pairs have shown to be faster displaces a default that works. */
export function recommend(winnerId: string, defaultId: string, confirmation: Confirmation | null): Recommendation {
  if (winnerId === defaultId) return { id: defaultId, because: 'default-is-best' };
  if (!confirmation) return { id: winnerId, because: 'default-not-viable' };
  return confirmation.isFaster ? { id: winnerId, because: 'faster' } : { id: defaultId, because: 'no-clear-gain' };
}
