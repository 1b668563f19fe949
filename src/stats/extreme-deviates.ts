import { mean, standardDeviation } from './sample.js';
import { tQuantile } from './student-t.js';

/** Fewer values have no spread to tell an outlier by. */
export const FEWEST_DEVIATES = 5;
/** Below this many values only one outlier is looked for: the critical values for more are approximations for large samples. */
const FEWEST_FOR_SEVERAL = 15;
/** Share of the values that may be outliers. */
const MOST_OUTLIERS = 0.25;

/**
 * Indices of outliers on either side by the generalized extreme studentized deviate test (Rosner 1983, "Percentage points for a
 * generalized ESD many-outlier procedure", Technometrics 25): several outliers do not hide each other, and with normal values the
 * probability of naming any is at most about `alpha`. Empty below `FEWEST_DEVIATES` values.
 */
export function extremeDeviates(values: readonly number[], alpha: number): number[] {
  const n = values.length;
  if (n < FEWEST_DEVIATES) return [];
  const most = n < FEWEST_FOR_SEVERAL ? 1 : Math.floor(n * MOST_OUTLIERS);
  const left = values.map((value, index) => ({ value, index }));
  const removed: number[] = [];
  let found = 0;
  for (let i = 1; i <= most; i++) {
    const centre = mean(left.map(({ value }) => value));
    const sd = standardDeviation(left.map(({ value }) => value));
    if (!(sd > 0)) break;
    const at = left.reduce(
      (far, { value }, j) => (Math.abs(value - centre) > Math.abs(left[far]!.value - centre) ? j : far),
      0,
    );
    const [extreme] = left.splice(at, 1);
    removed.push(extreme!.index);
    if (Math.abs(extreme!.value - centre) / sd > criticalDeviate(n, i, alpha)) found = i;
  }
  return removed.slice(0, found);
}

/** λ of the i-th of n values (Rosner 1983, equation 2.5), two-sided. */
function criticalDeviate(n: number, i: number, alpha: number): number {
  const t = tQuantile(1 - alpha / (2 * (n - i + 1)), n - i - 1);
  return ((n - i) * t) / Math.sqrt((n - i - 1 + t * t) * (n - i + 1));
}
