import type { Resources } from '../core/outcome.js';

type Read = (resources: Resources) => number | null;

/** Null as soon as one part is unknown: a sum of some is no total. */
const total = (parts: readonly Resources[], read: Read): number | null =>
  parts.reduce<number | null>((sum, part) => {
    const value = read(part);
    return sum === null || value === null ? null : sum + value;
  }, 0);

const weighted = (parts: readonly Resources[], read: Read): number | null => {
  const all = total(parts, (part) => (read(part) === null ? null : read(part)! * part.wallSeconds));
  const seconds = parts.reduce((sum, part) => sum + part.wallSeconds, 0);
  return all === null || seconds === 0 ? null : all / seconds;
};

/** The measured regions of one process, one after another, as one. Memory is read once, at the end of the trial. */
export function addRegions(regions: readonly (Resources | null)[]): Resources {
  const parts = regions.filter((region): region is Resources => region !== null);
  return {
    peakRssBytes: null,
    steadyRssBytes: null,
    cpuSeconds: total(parts, (r) => r.cpuSeconds),
    wallSeconds: parts.reduce((sum, r) => sum + r.wallSeconds, 0),
    minorFaults: total(parts, (r) => r.minorFaults),
    majorFaults: total(parts, (r) => r.majorFaults),
    voluntarySwitches: total(parts, (r) => r.voluntarySwitches),
    involuntarySwitches: total(parts, (r) => r.involuntarySwitches),
    throttledPeriods: total(parts, (r) => r.throttledPeriods),
    stealShare: weighted(parts, (r) => r.stealShare),
    runQueueShare: weighted(parts, (r) => r.runQueueShare),
    energyJoules: total(parts, (r) => r.energyJoules),
  };
}

/** The first replica's memory in full, and of each other what the first does not hold too. */
const jointBytes = ([first, ...others]: readonly Resources[], read: Read): number | null => {
  const own = total(others, (r) => (read(r) === null ? null : read(r)! - (r.sharedBytes ?? 0)));
  const whole = read(first!);
  return whole === null || own === null ? null : whole + own;
};

/**
 * Replicas that ran at once as one trial. What belongs to a process adds up. What belongs to the machine or the cgroup
 * (steal, pressure, energy, throttling, wall time) every replica has read, and the first, which measured longest, stands for all.
 */
export function joinResources(replicas: readonly Resources[]): Resources {
  return {
    ...replicas[0]!,
    peakRssBytes: jointBytes(replicas, (r) => r.peakRssBytes),
    steadyRssBytes: jointBytes(replicas, (r) => r.steadyRssBytes),
    swapBytes: total(replicas, (r) => r.swapBytes ?? null),
    sharedBytes: total(replicas, (r) => r.sharedBytes ?? null),
    cpuSeconds: total(replicas, (r) => r.cpuSeconds),
    minorFaults: total(replicas, (r) => r.minorFaults),
    majorFaults: total(replicas, (r) => r.majorFaults),
    voluntarySwitches: total(replicas, (r) => r.voluntarySwitches),
    involuntarySwitches: total(replicas, (r) => r.involuntarySwitches),
  };
}
