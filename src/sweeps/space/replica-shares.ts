import type { Candidate } from '../../core/candidate.js';
import { formatCpuList, parseCpuList } from '../../core/cpu-list.js';
import type { CpuEntry, Machine } from '../../core/machine.js';
import { OWN_CPUS } from '../../core/own-cpus.js';

const byPlace = (a: CpuEntry, b: CpuEntry): number =>
  (a.node ?? 0) - (b.node ?? 0) || (a.llc ?? 0) - (b.llc ?? 0) || a.core - b.core || a.id - b.id;

/** CPUs in neighbouring groups: one for each physical core, or for each CPU where there are fewer cores than replicas. */
function units(cpus: readonly CpuEntry[], replicas: number): number[][] {
  const cores = new Map<number, number[]>();
  for (const cpu of cpus) cores.set(cpu.core, [...(cores.get(cpu.core) ?? []), cpu.id]);
  return cores.size >= replicas ? [...cores.values()] : cpus.map((cpu) => [cpu.id]);
}

/**
 * The given CPUs in `replicas` disjoint parts of neighbours (NUMA node, last-level cache, core), as kernel lists. No core is
 * divided between replicas while there are as many cores as replicas. Null where there are fewer CPUs than replicas.
 */
export function replicaShares(machine: Machine, cpus: readonly number[], replicas: number): string[] | null {
  const wanted = new Set(cpus);
  const entries = machine.topology.cpus.filter((cpu) => wanted.has(cpu.id)).sort(byPlace);
  const parts = units(entries, replicas);
  if (parts.length < replicas) return null;
  const bound = (index: number): number => Math.floor((index * parts.length) / replicas);
  return Array.from({ length: replicas }, (_, i) => formatCpuList(parts.slice(bound(i), bound(i + 1)).flat()));
}

/**
 * A combination of knobs with the CPUs of its binding divided between its replicas. Null for one that does not exist:
 * CPUs of its own mean nothing to a single replica.
 */
export function placeReplicas(candidate: Candidate, machine: Machine): Candidate | null {
  const { binding, replicas } = candidate;
  if (replicas === 1) return binding.name === OWN_CPUS ? null : candidate;
  if (binding.cpus === null) return candidate;
  const perReplica = replicaShares(machine, parseCpuList(binding.cpus), replicas);
  return perReplica ? { ...candidate, binding: { ...binding, perReplica } } : candidate;
}
