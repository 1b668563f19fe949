import type { BandwidthPoint } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readThrottling } from '../limits/cgroup-quota.js';
import { readCpuTicks } from '../surroundings/load.js';

/** Thresholds from trials on a shared machine: readings with at least this share of a CPU agreed, others did not (docs/probes.md). */
const MIN_ON_CPU_SHARE = 0.95;
const MAX_STEAL_SHARE = 0.02;
const MAX_SPREAD = 1.15;
const KNEE_SHARE = 0.95;

export type Disturbance = Pick<BandwidthPoint, 'onCpuShare' | 'stealShare' | 'throttledPeriods' | 'spread'>;

/** False when something else ran on the CPUs meanwhile; true when that cannot be known. */
export const hadItsCpu = (onCpuShare: number | null): boolean => onCpuShare === null || onCpuShare >= MIN_ON_CPU_SHARE;

/** What spoilt a reading, in words; empty for a good one. */
export function disturbances({ onCpuShare, stealShare, throttledPeriods, spread }: Disturbance): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    hadItsCpu(onCpuShare) ? '' : `the threads had a CPU for only ${percent(onCpuShare!)} of the time`,
    stealShare !== null && stealShare > MAX_STEAL_SHARE ? `the hypervisor took ${percent(stealShare)} of the time` : '',
    throttledPeriods ? `the CPU quota stopped the threads ${throttledPeriods} times` : '',
    spread > MAX_SPREAD ? `the best pass was ${spread.toFixed(2)} times the median` : '',
  ].filter((reason) => reason !== '');
}

/**
 * Largest undisturbed median, and the fewest threads that reach 95 % of it: the thread count for decode.
 * A disturbed point may hide a larger maximum or a smaller count, so then there is no knee.
 */
export function kneeOf(points: BandwidthPoint[]): { maxBytesPerSecond: number | null; kneeThreads: number | null } {
  const clean = points.filter((point) => !point.isContended);
  if (clean.length === 0) return { maxBytesPerSecond: null, kneeThreads: null };
  const max = Math.max(...clean.map((point) => point.medianBytesPerSecond));
  const enough = clean.filter((point) => point.medianBytesPerSecond >= KNEE_SHARE * max);
  const knee = Math.min(...enough.map((point) => point.threads));
  return { maxBytesPerSecond: max, kneeThreads: clean.length < points.length ? null : knee };
}

export type Sample = { ticks: ReturnType<typeof readCpuTicks>; periods: number | null };

/** Counters to be read before and after a measurement. */
export const sampleInterference = (host: Host): Sample => ({
  ticks: readCpuTicks(host),
  periods: readThrottling(host)?.periods ?? null,
});

export function interferenceBetween(
  before: Sample,
  after: Sample,
): Pick<Disturbance, 'stealShare' | 'throttledPeriods'> {
  const total = after.ticks && before.ticks ? after.ticks.totalTicks - before.ticks.totalTicks : 0;
  return {
    stealShare: total > 0 ? (after.ticks!.stealTicks - before.ticks!.stealTicks) / total : null,
    throttledPeriods: before.periods === null || after.periods === null ? null : after.periods - before.periods,
  };
}
