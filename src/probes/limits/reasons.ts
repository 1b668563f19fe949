import { formatCpuList } from '../../core/cpu-list.js';
import type { Fact } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Quota } from './cgroup-quota.js';
import type { ComputeCores } from './compute-cores.js';

type Limits = Machine['limits'];
type Topology = Machine['topology'];

/** What bounds the threads; `Infinity` where something sets no bound. */
export type Budget = {
  quota: Quota;
  compute: ComputeCores;
  byQuota: number;
  byTasks: number;
  tasks: Fact<number>;
};

/** Everything that was weighed, with its file. */
export function inputsOf(
  { machine, allowed, threadsPerCore, cpus, kindsSource }: Topology,
  { quota, compute, byTasks, tasks }: Budget,
): Limits['inputs'] {
  const cpuFolder = '/sys/devices/system/cpu';
  return [
    {
      name: 'online',
      value: `${many(machine.cpus, 'CPU')}, ${many(machine.cores, 'core')}`,
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
    { name: 'core kinds', value: kindsText(cpus), cpus: compute.count, source: kindsSource },
    {
      name: 'CPU quota',
      value: quota.cpus !== null ? `${round(quota.cpus)} CPUs` : quota.isShown ? 'none' : 'not shown',
      cpus: quota.cpus,
      source: quota.source,
    },
    ...(Number.isFinite(byTasks)
      ? [{ name: 'tasks', value: `${tasks.value} may still start`, cpus: byTasks, source: tasks.source }]
      : []),
  ];
}

function kindsText(cpus: Topology['cpus']): string {
  const kinds = [...new Set(cpus.filter((cpu) => cpu.isAllowed).map((cpu) => cpu.kind))];
  const cores = (kind: string) =>
    new Set(cpus.filter((cpu) => cpu.isAllowed && cpu.kind === kind).map((cpu) => cpu.core)).size;
  return kinds.length === 1 ? 'one kind' : kinds.map((kind) => `${cores(kind)} ${kind}`).join(', ');
}

/** How the budget came about, in words. */
export function reasonsOf({ machine, allowed, threadsPerCore }: Topology, budget: Budget): string[] {
  const { quota, compute, byQuota, byTasks, tasks } = budget;
  const reasons: string[] = [];
  if (allowed.cpus.length < machine.cpus)
    reasons.push(`${allowed.cpus.length} of ${many(machine.cpus, 'CPU')} are allowed (${allowed.source})`);
  if (threadsPerCore > 1 && allowed.cores < allowed.cpus.length)
    reasons.push(
      `threads of one core share its vector units: ${many(allowed.cores, 'core')} count, not ${allowed.cpus.length} CPUs`,
    );
  if (compute.reason) reasons.push(compute.reason);
  if (quota.cpus !== null)
    reasons.push(
      byQuota < compute.count
        ? `the CPU quota of ${round(quota.cpus)} (${quota.source}) is rounded down to ${byQuota}`
        : `the CPU quota of ${round(quota.cpus)} (${quota.source}) leaves room for all ${many(compute.count, 'core')}`,
    );
  if (byTasks < Math.min(compute.count, byQuota))
    reasons.push(`only ${tasks.value} more threads may start (${tasks.source}): ${byTasks} are left to compute`);
  if (reasons.length > 0) return reasons;
  const all = compute.count === 1 ? 'the one core counts' : `all ${compute.count} cores count`;
  return [
    quota.isShown ? `nothing limits this process: ${all}` : `no limit is shown here, though one may hold: ${all}`,
  ];
}

const many = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
const round = (cpus: number): string => String(Math.round(cpus * 1000) / 1000);
