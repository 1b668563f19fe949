import { mean, median, standardDeviation } from './sample.js';
import { tQuantile } from './student-t.js';

/**
 * One-sided bounds of the mean of paired log-ratios by Student's t. Differences are winsorised (pulled in, not dropped) to
 * median ± 0.12, about four times the usual noise of a pair, so that one stolen time slice cannot keep or kill a finalist;
 * 0.008 is added to the standard deviation because three values can agree by luck. Both numbers: docs/search.md.
 */
export type PairedBound = { mean: number; lower: number; upper: number };

const WINSOR_HALF_WIDTH = 0.12;
const SD_FLOOR = 0.008;

/** Bounds at confidence 1 − alpha on each side; infinite below two differences. */
export function pairedBound(differences: readonly number[], alpha: number): PairedBound {
  const centre = median(differences);
  const kept = differences.map((d) => Math.min(centre + WINSOR_HALF_WIDTH, Math.max(centre - WINSOR_HALF_WIDTH, d)));
  const n = kept.length;
  const estimate = mean(kept);
  if (n < 2) return { mean: estimate, lower: -Infinity, upper: Infinity };
  const reach = (tQuantile(1 - alpha, n - 1) * (standardDeviation(kept) + SD_FLOOR)) / Math.sqrt(n);
  return { mean: estimate, lower: estimate - reach, upper: estimate + reach };
}
