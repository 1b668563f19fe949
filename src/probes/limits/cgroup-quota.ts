import type { Host } from '../../core/ports.js';
import { findHierarchy, type Hierarchy } from './cgroup.js';

export type Quota = {
  /** The least quota of all levels, in CPUs; null without one. */
  cpus: number | null;
  /** False where no cgroup of this process can be seen: a quota may still hold. */
  isShown: boolean;
  /** The file that holds it, or the place that was searched. */
  source: string;
};

export type Throttling = { periods: number; throttledUs: number; source: string };

/** cpu.max as documented in the kernel's cgroup-v2.rst: the period may be left out and is then 100 ms. */
const DEFAULT_PERIOD_US = 100_000;

/** CPU quota of this process: the minimum over its group and every ancestor that can be seen. The fraction is kept. */
export function readQuota(host: Host): Quota {
  const hierarchy = findHierarchy(host, 'cpu');
  if (!hierarchy) return { cpus: null, isShown: false, source: '/proc/self/cgroup' };
  let least: Quota = { cpus: null, isShown: true, source: hierarchy.levels[0]! };
  for (const folder of hierarchy.levels) {
    const file = `${folder}/${hierarchy.version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us'}`;
    const cpus = quotaAt(host, folder, hierarchy);
    if (cpus !== undefined && (least.cpus === null || cpus < least.cpus)) least = { cpus, isShown: true, source: file };
  }
  return least;
}

function quotaAt(host: Host, folder: string, { version }: Hierarchy): number | undefined {
  const text =
    version === 2
      ? host.read(`${folder}/cpu.max`)
      : `${host.read(`${folder}/cpu.cfs_quota_us`) ?? 'max'} ${host.read(`${folder}/cpu.cfs_period_us`) ?? ''}`;
  const [quota, period = DEFAULT_PERIOD_US] = (text ?? 'max').trim().split(/\s+/).map(Number);
  if (quota === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return quota / period;
}

/** How often and how long the quota has stopped this group or an ancestor, or undefined where no group counts it. */
export function readThrottling(host: Host): Throttling | undefined {
  const hierarchy = findHierarchy(host, 'cpu');
  let total: Throttling | undefined;
  for (const folder of hierarchy?.levels ?? []) {
    const stat = host.read(`${folder}/cpu.stat`);
    const periods = /^nr_throttled (\d+)/m.exec(stat ?? '')?.[1];
    if (periods === undefined) continue;
    const us = Number(
      /^throttled_usec (\d+)/m.exec(stat!)?.[1] ?? Number(/^throttled_time (\d+)/m.exec(stat!)?.[1] ?? 0) / 1000,
    );
    total = {
      periods: (total?.periods ?? 0) + Number(periods),
      throttledUs: (total?.throttledUs ?? 0) + us,
      source: total?.source ?? `${folder}/cpu.stat`,
    };
  }
  return total;
}
