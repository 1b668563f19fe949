import type { Interval } from '../core/interval.js';
import { signedRankCritical } from './signed-rank.js';

/** All n(n+1)/2 means of two differences (each also with itself), ascending. */
function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length;
  const averages = new Float64Array((n * (n + 1)) / 2);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) averages[k++] = (differences[i]! + differences[j]!) / 2;
  return averages.sort();
}

const middle = (sorted: Float64Array): number =>
  sorted.length === 0 ? Number.NaN : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;

/** The Hodges–Lehmann estimate: the median of the Walsh averages. NaN for no differences. */
export const hodgesLehmann = (differences: readonly number[]): number => middle(walshAverages(differences));

export type ShiftEstimate = {
  estimate: number;
  /** One-sided lower limit at confidence 1 − alpha; −Infinity when n is too small for the level. */
  lowerAt(alpha: number): number;
  /** One-sided upper limit at confidence 1 − alpha; +Infinity when n is too small for the level. */
  upperAt(alpha: number): number;
};

/**
 * The Hodges–Lehmann estimate of the shift of paired differences with limits from the exact signed-rank test: a limit is
 * the outermost Walsh average that the test at `alpha` does not reject. With ties or zeros the limits err on the safe side
 * (they cover at least 1 − alpha). Below n = log2(1/alpha) no data can reject, so the limits are infinite.
 */
export function shiftEstimate(differences: readonly number[]): ShiftEstimate {
  const walsh = walshAverages(differences);
  const critical = (alpha: number): number => signedRankCritical(differences.length, alpha);
  return {
    estimate: middle(walsh),
    lowerAt: (alpha) => (critical(alpha) < 0 ? -Infinity : walsh[critical(alpha)]!),
    upperAt: (alpha) => (critical(alpha) < 0 ? Infinity : walsh[walsh.length - 1 - critical(alpha)]!),
  };
}

/**
 * The Hodges–Lehmann ratio behind paired log-ratios, with its exact two-sided interval at `level`. The limits are null when
 * the pairs are too few for the level: below six pairs at 95 %.
 */
export function ratioInterval(logRatios: readonly number[], level = 0.95): Interval {
  const shift = shiftEstimate(logRatios);
  const tail = (1 - level) / 2;
  const limit = (log: number): number | null => (Number.isFinite(log) ? Math.exp(log) : null);
  return {
    estimate: Math.exp(shift.estimate),
    low: limit(shift.lowerAt(tail)),
    high: limit(shift.upperAt(tail)),
    level,
    n: logRatios.length,
  };
}
