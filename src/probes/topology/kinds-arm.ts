import { groupBy } from '../../core/group-by.js';
import type { Host } from '../../core/ports.js';
import { armName } from '../processor/arm-parts.js';
import { readNumberPerCpu } from '../reading/per-cpu.js';
import { armCores } from './arm-cores.js';
import type { KindGroup, Kinds } from './kind-groups.js';

/** A part with at least this share of the fastest part's capacity computes beside it (Cortex-A715 at 0.83 of X3 does, A725 at 0.71 of X925 does not). */
const PERFORMANCE_CAPACITY = 0.75;

/** Kinds by core design. One design is one kind, whatever its clocks; capacity ranks the designs, then clocks do. */
export function armKinds(host: Host, cpus: number[]): Kinds | undefined {
  const cores = armCores(host, cpus);
  if (cores.size === 0) return undefined;
  const source = '/sys/devices/system/cpu/cpu*/regs/identification/midr_el1 or /proc/cpuinfo CPU part';
  const byName = groupBy(cpus, (cpu) => armName(cores.get(cpu)!));
  const capacity = readNumberPerCpu(host, cpus, 'cpu_capacity');
  const clock = readNumberPerCpu(host, cpus, 'cpufreq/cpuinfo_max_freq');
  const strength = (group: number[], values: Map<number, number>) =>
    Math.max(0, ...group.map((cpu) => values.get(cpu) ?? 0));
  const ranked = [...byName].sort(
    ([, a], [, b]) => strength(b, capacity) - strength(a, capacity) || strength(b, clock) - strength(a, clock),
  );
  const best = ranked[0]![1];
  const isPerformance = (group: number[]) =>
    group === best ||
    (strength(group, capacity) >= PERFORMANCE_CAPACITY * strength(best, capacity) && capacity.size > 0);
  if (byName.size > 1 && capacity.size === 0 && clock.size === 0)
    return {
      groups: ranked.map(([label, group]) => ({ kind: 'performance', label, cpus: group })),
      source,
      notes: ['designs differ, but nothing ranks them'],
    };
  const groups = ranked.map(
    ([label, group]): KindGroup => ({ kind: isPerformance(group) ? 'performance' : 'efficiency', label, cpus: group }),
  );
  return { groups, source, notes: [] };
}
