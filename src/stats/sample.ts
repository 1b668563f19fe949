/** Summaries of one sample. Every function wants at least one value; an empty sample gives NaN. */

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Unbiased standard deviation (n − 1); NaN below two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1));
}

export const ascending = (values: readonly number[]): number[] => Array.from(Float64Array.from(values).sort());

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Median absolute deviation from the median, not scaled. Times 1.4826 it estimates the standard deviation of normal data. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((v) => Math.abs(v - centre)));
}

export const MAD_TO_SD = 1.4826;

/** Standard deviation over mean, a share (0.02 is 2 %). NaN below two values. */
export const coefficientOfVariation = (values: readonly number[]): number =>
  standardDeviation(values) / Math.abs(mean(values));
