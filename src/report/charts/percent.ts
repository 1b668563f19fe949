import type { Interval } from '../../core/interval.js';

/** A ratio as a change in percent: 1.083 → 8.3. */
export const percent = (ratio: number): number => (ratio - 1) * 100;

export const percentLimits = (ratio: Interval | null): { low: number | null; high: number | null; n?: number } => ({
  ...(ratio ? { n: ratio.n } : {}),
  low: ratio?.low == null ? null : percent(ratio.low),
  high: ratio?.high == null ? null : percent(ratio.high),
});
