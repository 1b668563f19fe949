import type { Resources } from '../core/outcome.js';
import type { Usage } from './process-usage.js';

const difference = (after: number | null, before: number | null): number | null =>
  after === null || before === null ? null : after - before;

/** RAPL counters wrap at `max_energy_range_uj`; where that cannot be read, a wrap leaves the energy unknown. */
function energyJoules(before: Usage['energyUj'], after: Usage['energyUj']): number | null {
  if (!before || !after || before.length !== after.length) return null;
  const joules = after.reduce((sum, zone, i) => {
    const used = zone.value - before[i]!.value;
    return sum + (used >= 0 ? used : used + zone.range) / 1e6;
  }, 0);
  return Number.isFinite(joules) ? joules : null;
}

function stealShare(before: Usage['steal'], after: Usage['steal']): number | null {
  if (!before || !after || after.total <= before.total) return null;
  return (after.steal - before.steal) / (after.total - before.total);
}

/** What was used between two readings of the same process. */
export function usageDelta(
  before: Usage,
  after: Usage,
  memory: { peakRssBytes: number | null; steadyRssBytes: number | null },
): Resources {
  const wallSeconds = (after.wallMs - before.wallMs) / 1000;
  const queued = difference(after.runQueueUs, before.runQueueUs);
  return {
    ...memory,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    wallSeconds,
    minorFaults: difference(after.minorFaults, before.minorFaults),
    majorFaults: difference(after.majorFaults, before.majorFaults),
    voluntarySwitches: difference(after.voluntarySwitches, before.voluntarySwitches),
    involuntarySwitches: difference(after.involuntarySwitches, before.involuntarySwitches),
    throttledPeriods: difference(after.throttledPeriods, before.throttledPeriods),
    stealShare: stealShare(before.steal, after.steal),
    runQueueShare: queued === null ? null : Math.min(1, queued / 1e6 / wallSeconds),
    energyJoules: energyJoules(before.energyUj, after.energyUj),
  };
}
