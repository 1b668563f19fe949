import { groupBy } from '../../core/group-by.js';
import type { CoreKind, Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readNumberPerCpu } from '../reading/per-cpu.js';

type Facts = Pick<Machine, 'cpu' | 'topology'>;

/** The cores that threads are started on by default, and why not more. */
export type ComputeCores = { count: number; reason?: string };

/** Fewer fast cores than this leave most of a processor idle, however fast they are (2 P-cores beside 8 E-cores). */
const LEAST_PERFORMANCE_CORES = 4;
/** Below this share of the capacity the other cores bring more than the fast ones lose by waiting for them. */
const LEAST_PERFORMANCE_SHARE = 1 / 3;
/** Makers whose compact cores run the same instructions in the same width, only slower (Zen 4c, Zen 5c). */
const SAME_CORES = ['amd', 'hygon'];

/** A start for the sweep, which tries both counts: performance cores alone, or all but the low-power ones. */
export function computeCores(host: Host, { cpu, topology }: Facts): ComputeCores {
  const cores = allowedCores(host, topology);
  const fast = cores.filter((core) => core.kind === 'performance');
  const pays = cores.filter((core) => core.kind !== 'low-power');
  const others = pays.length - fast.length;
  if (pays.length === 0) return { count: cores.length, reason: 'only low-power cores are allowed: they count' };
  const left = pays.length < cores.length ? `, ${cores.length - pays.length} low-power ones do not` : '';
  if (others === 0) return pays.length === cores.length ? { count: pays.length } : lowPowerLeft(pays.length, left);
  if (fast.length === 0)
    return { count: others, reason: `no performance core is allowed: ${others} efficiency cores count${left}` };
  if (SAME_CORES.includes(cpu.vendor.value ?? ''))
    return { count: pays.length, reason: `compact cores run the same instructions: all ${pays.length} cores count` };
  const share = sum(fast) / sum(cores);
  if (fast.length >= LEAST_PERFORMANCE_CORES && share >= LEAST_PERFORMANCE_SHARE)
    return {
      count: fast.length,
      reason: `${fast.length} performance cores hold ${percent(share)} of the capacity and count, not all ${cores.length}; a sweep tries more`,
    };
  return {
    count: pays.length,
    reason: `${fast.length} performance core${fast.length === 1 ? ' holds' : 's hold'} ${percent(share)} of the capacity: the ${others} efficiency cores count too${left}`,
  };
}

const lowPowerLeft = (count: number, left: string): ComputeCores => ({
  count,
  reason: `${count} performance cores count${left}`,
});

type Core = { kind: CoreKind; capacity: number };

/** Physical cores among the allowed CPUs. Capacity: the kernel's own number, else the highest clock, else alike. */
function allowedCores(host: Host, topology: Machine['topology']): Core[] {
  const allowed = topology.cpus.filter((entry) => entry.isAllowed);
  const ids = allowed.map((entry) => entry.id);
  const tables = ['cpu_capacity', 'cpufreq/cpuinfo_max_freq'].map((file) => readNumberPerCpu(host, ids, file));
  const capacity = tables.find((table) => table.size === ids.length);
  return [...groupBy(allowed, (entry) => entry.core).values()].map(([first]) => ({
    kind: first!.kind,
    capacity: capacity?.get(first!.id) ?? 1,
  }));
}

const sum = (cores: Core[]): number => cores.reduce((total, core) => total + core.capacity, 0);
const percent = (share: number): string => `${Math.round(100 * share)} %`;
