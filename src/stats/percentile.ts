import { ascending } from './sample.js';

export type Percentile = {
  value: number;
  /** How many samples it was taken from. */
  sampleCount: number;
  /** The fewest samples at which it speaks of the tail. */
  floor: number;
  /** False below the floor: show the value only together with its count. */
  isEnough: boolean;
};

/** Linear interpolation between order statistics (Hyndman & Fan type 7, the default of numpy and R). `share` in 0…1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below];
  if (low === undefined) return Number.NaN;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}

/**
 * The smallest n at which at least two samples lie beyond the percentile with 99 % certainty, so that it does not hang on
 * one stray value: share^n + n·share^(n−1)·(1−share) ≤ 1 %. It gives 64 for p90, 130 for p95 and 662 for p99.
 */
export function percentileFloor(share: number): number {
  if (share <= 0.5) return 1;
  let n = 2;
  while (share ** n + n * share ** (n - 1) * (1 - share) > 0.01) n++;
  return n;
}

export function countedPercentile(values: readonly number[], share: number): Percentile {
  const floor = percentileFloor(share);
  const sampleCount = values.length;
  return { value: percentile(values, share), sampleCount, floor, isEnough: sampleCount >= floor };
}
