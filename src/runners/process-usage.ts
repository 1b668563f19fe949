import { readdirSync, readFileSync } from 'node:fs';

/**
 * What this process has used so far, from /proc on Linux and from getrusage elsewhere. Runs only inside a child;
 * every field that the system does not show is null.
 */
export type Usage = {
  wallMs: number;
  cpuSeconds: number;
  minorFaults: number | null;
  majorFaults: number | null;
  voluntarySwitches: number | null;
  involuntarySwitches: number | null;
  throttledPeriods: number | null;
  steal: { steal: number; total: number } | null;
  runQueueUs: number | null;
  energyUj: { value: number; range: number }[] | null;
};

export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const numberAfter = (text: string | null, pattern: RegExp): number | null => {
  const match = text === null ? null : pattern.exec(text);
  return match ? Number(match[1]) : null;
};

/** Highest resident set so far, bytes. */
export function peakRssBytes(): number | null {
  const kib = numberAfter(readText('/proc/self/status'), /^VmHWM:\s+(\d+) kB/m);
  return kib === null ? process.resourceUsage().maxRSS * 1024 : kib * 1024;
}

export function steadyRssBytes(): number {
  return process.memoryUsage.rss();
}

function steal(): Usage['steal'] {
  const line = readText('/proc/stat')?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number);
  if (!line || line.length < 8) return null;
  return { steal: line[7]!, total: line.reduce((a, b) => a + b, 0) };
}

/** nr_throttled of the nearest cgroup that has a quota: v2 `cpu.stat`, or v1 on the cpu controller. */
function throttledPeriods(): number | null {
  const groups = readText('/proc/self/cgroup') ?? '';
  const v1 = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
  const v2 = /^0::(.*)$/m.exec(groups)?.[1];
  const places = [
    ...(v2 === undefined ? [] : [`/sys/fs/cgroup${v2}/cpu.stat`, '/sys/fs/cgroup/cpu.stat']),
    ...(v1 === undefined
      ? []
      : [
          `/sys/fs/cgroup/cpu${v1}/cpu.stat`,
          `/sys/fs/cgroup/cpu,cpuacct${v1}/cpu.stat`,
          '/sys/fs/cgroup/cpu/cpu.stat',
        ]),
  ];
  for (const place of places) {
    const value = numberAfter(readText(place), /^nr_throttled (\d+)/m);
    if (value !== null) return value;
  }
  return null;
}

function energy(): Usage['energyUj'] {
  const root = '/sys/class/powercap';
  let zones: string[];
  try {
    zones = readdirSync(root).filter((name) => /^intel-rapl:\d+$/.test(name));
  } catch {
    return null;
  }
  const packages = zones.filter((zone) => readText(`${root}/${zone}/name`)?.startsWith('package'));
  const values = packages.map((zone) => ({
    value: Number(readText(`${root}/${zone}/energy_uj`) ?? Number.NaN),
    range: Number(readText(`${root}/${zone}/max_energy_range_uj`) ?? Number.NaN),
  }));
  return values.length > 0 && values.every((zone) => Number.isFinite(zone.value)) ? values : null;
}

export function readUsage(): Usage {
  const own = process.resourceUsage();
  return {
    wallMs: performance.now(),
    cpuSeconds: (own.userCPUTime + own.systemCPUTime) / 1e6,
    minorFaults: own.minorPageFault,
    majorFaults: own.majorPageFault,
    voluntarySwitches: own.voluntaryContextSwitches,
    involuntarySwitches: own.involuntaryContextSwitches,
    throttledPeriods: throttledPeriods(),
    steal: steal(),
    runQueueUs: numberAfter(readText('/proc/pressure/cpu'), /^some .*total=(\d+)/m),
    energyUj: energy(),
  };
}
