import { normalQuantile } from './normal.js';
import { regularizedBeta } from './special-functions.js';

/** P(T ≤ −t) of Student's t with `df` degrees of freedom (not necessarily whole), for t > 0. */
const lowerTail = (t: number, df: number): number => 0.5 * regularizedBeta(df / (df + t * t), df / 2, 0.5);

const cache = new Map<string, number>();

/** The t with P(T ≤ t) = p. ±Infinity at 0 and 1, NaN without a degree of freedom. */
export function tQuantile(p: number, df: number): number {
  if (!(df > 0) || !(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return -tQuantile(1 - p, df);
  if (p === 0) return -Infinity;
  const key = `${p}/${df}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = -solveTail(p, df);
  cache.set(key, value);
  return value;
}

/** The t > 0 whose lower tail P(T ≤ −t) is p: doubling finds a bracket, bisection closes it. */
function solveTail(p: number, df: number): number {
  let low = 0;
  let high = Math.max(1, -normalQuantile(p));
  while (lowerTail(high, df) > p) {
    low = high;
    high *= 2;
  }
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2;
    if (lowerTail(middle, df) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
