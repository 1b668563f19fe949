import { formatCpuList } from '../../core/cpu-list.js';
import { known, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readQuota, readThrottling, type Throttling } from './cgroup-quota.js';

type Limits = Machine['limits'];
type Topology = Machine['topology'];
type Quota = ReturnType<typeof readQuota>;

/**
 * The one place where affinity, cpuset, quota, SMT and core kinds become a number of threads.
 * The quota is rounded down: one thread too many burns the quota in its spin loops and the kernel then stops them all.
 */
export function probeLimits(host: Host, { topology }: Pick<Machine, 'topology'>): Limits {
  const quota = readQuota(host);
  const byQuota = quota.cpus === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(quota.cpus));
  const { allowed } = topology;
  const compute = allowed.pCores || allowed.cores;
  return {
    quotaCpus: quota.cpus,
    threadBudget: Math.min(compute, byQuota),
    threadCeiling: Math.min(allowed.cpus.length, byQuota),
    inputs: inputsOf(topology, quota),
    reasons: reasonsOf(topology, quota, compute, byQuota),
    ...throttlingFacts(host),
  };
}

function inputsOf({ machine, allowed, threadsPerCore, cpus, kindsSource }: Topology, quota: Quota): Limits['inputs'] {
  const cpuFolder = '/sys/devices/system/cpu';
  return [
    {
      name: 'online',
      value: `${machine.cpus} CPUs, ${machine.cores} cores`,
      cpus: machine.cpus,
      source: `${cpuFolder}/online`,
    },
    {
      name: 'affinity and cpuset',
      value: formatCpuList(allowed.cpus),
      cpus: allowed.cpus.length,
      source: allowed.source,
    },
    {
      name: 'SMT',
      value: threadsPerCore === 1 ? 'one thread a core' : `${threadsPerCore} threads a core`,
      cpus: allowed.cores,
      source: `${cpuFolder}/cpu*/topology`,
    },
    {
      name: 'core kinds',
      value: kindsText(cpus),
      cpus: allowed.pCores || allowed.cores,
      source: kindsSource,
    },
    {
      name: 'CPU quota',
      value: quota.cpus === null ? 'none' : `${round(quota.cpus)} CPUs`,
      cpus: quota.cpus,
      source: quota.source,
    },
  ];
}

function kindsText(cpus: Topology['cpus']): string {
  const kinds = [...new Set(cpus.filter((cpu) => cpu.isAllowed).map((cpu) => cpu.kind))];
  const cores = (kind: string) =>
    new Set(cpus.filter((cpu) => cpu.isAllowed && cpu.kind === kind).map((cpu) => cpu.core)).size;
  return kinds.length === 1 ? 'one kind' : kinds.map((kind) => `${cores(kind)} ${kind}`).join(', ');
}

function reasonsOf(
  { machine, allowed, threadsPerCore }: Topology,
  quota: Quota,
  compute: number,
  byQuota: number,
): string[] {
  const reasons: string[] = [];
  if (allowed.cpus.length < machine.cpus)
    reasons.push(`${allowed.cpus.length} of ${machine.cpus} CPUs are allowed (${allowed.source})`);
  if (threadsPerCore > 1 && allowed.cores < allowed.cpus.length)
    reasons.push(
      `two threads of one core share its vector units: ${allowed.cores} cores count, not ${allowed.cpus.length} CPUs`,
    );
  if (allowed.pCores === 0) reasons.push('no performance core is allowed: efficiency cores count');
  else if (allowed.pCores < allowed.cores)
    reasons.push(
      `every step waits for the slowest thread: ${allowed.pCores} performance cores count, not all ${allowed.cores}`,
    );
  if (quota.cpus !== null)
    reasons.push(
      byQuota < compute
        ? `the CPU quota of ${round(quota.cpus)} (${quota.source}) is rounded down to ${byQuota}`
        : `the CPU quota of ${round(quota.cpus)} (${quota.source}) leaves room for all ${compute} cores`,
    );
  if (reasons.length === 0) reasons.push(`nothing limits this process: all ${compute} cores count`);
  return reasons;
}

function throttlingFacts(host: Host): Pick<Limits, 'isThrottled' | 'throttledPeriods' | 'throttledUs'> {
  const seen: Throttling | undefined = readThrottling(host);
  if (!seen)
    return {
      isThrottled: unknown('cpu.stat'),
      throttledPeriods: unknown('cpu.stat'),
      throttledUs: unknown('cpu.stat'),
    };
  return {
    isThrottled: known(seen.periods > 0, seen.source),
    throttledPeriods: known(seen.periods, seen.source),
    throttledUs: known(Math.round(seen.throttledUs), seen.source),
  };
}

const round = (cpus: number): string => String(Math.round(cpus * 1000) / 1000);
