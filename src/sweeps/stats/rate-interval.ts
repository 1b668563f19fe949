import { mean, standardDeviation } from './sample.js';
import { tQuantile } from './student-t.js';

export type RateInterval = {
  /** Geometric mean, in the unit of the values (tokens per second). */
  estimate: number;
  lower: number;
  upper: number;
  sampleCount: number;
  level: number;
  /** Half of the interval's width on the log scale, about a share (0.02 is 2 %); Infinity below two values. */
  halfWidth: number;
};

/** Student's t interval on the logs of positive rates, one value a process. */
export function rateInterval(rates: readonly number[], level = 0.95): RateInterval {
  const logs = rates.map(Math.log);
  const n = logs.length;
  const centre = mean(logs);
  const halfWidth = n < 2 ? Infinity : (tQuantile((1 + level) / 2, n - 1) * standardDeviation(logs)) / Math.sqrt(n);
  return {
    estimate: Math.exp(centre),
    lower: Math.exp(centre - halfWidth),
    upper: Math.exp(centre + halfWidth),
    sampleCount: n,
    level,
    halfWidth,
  };
}

/** One earlier rate each, from runs of the same fingerprint: where the next single one should fall, on the log scale. */
export type PredictionLimits = { centre: number; lower: number; upper: number; sampleCount: number };

/** exp(mean ± t·s·√(1 + 1/K)) of the logs, each side at confidence 1 − alpha. 0 and Infinity below two earlier rates. */
export function predictionLimits(earlier: readonly number[], alpha: number): PredictionLimits {
  const logs = earlier.map(Math.log);
  const k = logs.length;
  const centre = mean(logs);
  const reach = k < 2 ? Infinity : tQuantile(1 - alpha, k - 1) * standardDeviation(logs) * Math.sqrt(1 + 1 / k);
  return {
    centre: Math.exp(centre),
    lower: Math.exp(centre - reach),
    upper: Math.exp(centre + reach),
    sampleCount: k,
  };
}
