import type { Interval } from '../core/interval.js';

/** The statistics of sweeps/stats, handed in: claims say what is compared, not how an interval is computed. */
export type Statistics = {
  /** The ratio behind paired log-ratios with its exact interval; limits are null with too few pairs. */
  ratio(logRatios: readonly number[], level: number): Interval;
  /** The mean of positive numbers, one a process, with its interval. */
  level(values: readonly number[], level: number): Interval;
  /** Smallest change, a share, that so many pairs of this spread show with 90 % power; null when unknown. */
  minimumDetectable(logRatios: readonly number[], level: number): number | null;
};
