import { shiftEstimate } from '../../stats/hodges-lehmann.js';

/**
 * The confirmation looks at its pairs a few times and stops where they are clear, so that a large gain costs ten pairs and a
 * small one may have thirty. Looking early must not raise false claims: the looks share alpha (Bonferroni), as those of the
 * gate do. The last look has most of it, since the small gains are decided there.
 */

/** Numbers of complete pairs at which the confirmation may end, ascending. */
const LOOKS = [10, 14, 20, 30] as const;
export const MOST_PAIRS = 30;
/** Pairs to expect where 30 are allowed: the mean of simulated servers (docs/search.md). */
const USUAL_PAIRS = 14;

/** Probability of calling a candidate faster that is not, all looks together. */
const ALPHA = 0.025;
/** What each look before the last may spend of it; nine pairs can reach it. */
const EARLY_ALPHA = ALPHA / 8;

/** A gain that is surely below this is not worth more pairs. */
const NEGLIGIBLE_GAIN = 0.01;
const GIVE_UP_ALPHA = 0.05;

export const usualPairs = (most: number): number => Math.min(most, USUAL_PAIRS);

/** Complete pairs wanted at the look after so many, or null after the last. */
export const nextLook = (pairs: number, most: number): number | null =>
  [...LOOKS.filter((look) => look < most), most].find((look) => look > pairs) ?? null;

/** Whether pairs that have just reached a look before the last need no more: shown to be faster, or surely not worth it. */
export function isClear(logRatios: readonly number[]): boolean {
  const shift = shiftEstimate(logRatios);
  return shift.lowerAt(EARLY_ALPHA) > 0 || shift.upperAt(GIVE_UP_ALPHA) < Math.log1p(NEGLIGIBLE_GAIN);
}

/** Whether the pairs of an ended confirmation show a gain, with what the looks before have left of alpha. */
export function showsGain(logRatios: readonly number[]): boolean {
  const earlier = LOOKS.filter((look) => look < logRatios.length).length;
  return shiftEstimate(logRatios).lowerAt(ALPHA - earlier * EARLY_ALPHA) > 0;
}
