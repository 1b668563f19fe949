import type { Interval } from '../core/interval.js';
import { mean, standardDeviation } from './sample.js';
import { tQuantile } from './student-t.js';

/** Half of the width of Student's t interval on the logs, about a share (0.02 is 2 %); Infinity below two rates. */
export function logHalfWidth(rates: readonly number[], level = 0.95): number {
  const n = rates.length;
  if (n < 2) return Infinity;
  return (tQuantile((1 + level) / 2, n - 1) * standardDeviation(rates.map(Math.log))) / Math.sqrt(n);
}

/** The geometric mean of positive rates, one a process, with its t interval on the logs. No limits below two rates. */
export function rateInterval(rates: readonly number[], level = 0.95): Interval {
  const centre = mean(rates.map(Math.log));
  const halfWidth = logHalfWidth(rates, level);
  const hasLimits = Number.isFinite(halfWidth);
  return {
    estimate: Math.exp(centre),
    low: hasLimits ? Math.exp(centre - halfWidth) : null,
    high: hasLimits ? Math.exp(centre + halfWidth) : null,
    level,
    n: rates.length,
  };
}

/** Where the next single rate should fall, given earlier ones, each side at confidence 1 − alpha. */
export type PredictionLimits = { centre: number; low: number; high: number };

/** exp(mean ± t·s·√(1 + 1/K)) of the logs of K earlier rates. 0 and Infinity below two. */
export function predictionLimits(earlier: readonly number[], alpha: number): PredictionLimits {
  const logs = earlier.map(Math.log);
  const k = logs.length;
  const centre = mean(logs);
  const reach = k < 2 ? Infinity : tQuantile(1 - alpha, k - 1) * standardDeviation(logs) * Math.sqrt(1 + 1 / k);
  return { centre: Math.exp(centre), low: Math.exp(centre - reach), high: Math.exp(centre + reach) };
}
