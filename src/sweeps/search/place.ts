import type { Candidate } from '../../core/candidate.js';
import { parseCpuList } from '../../core/cpu-list.js';
import type { CpuEntry, Machine } from '../../core/machine.js';

/** What the topology says about a configuration before any trial: how many of each part its threads reach. */

type Parts = { cpus: number; cores: number; caches: number; packages: number };

/** How far apart values must be to count as considerably different. */
const SCALES = { cores: 1, siblings: 0.5, packages: 0.8, caches: 1.5, full: 0.7, policy: 0.8 };

const distinct = (cpus: readonly CpuEntry[], read: (cpu: CpuEntry) => number | null): number =>
  new Set(cpus.map(read)).size;

function partsOf(list: string | null, { topology }: Machine): Parts {
  const bound = list === null ? null : new Set(parseCpuList(list));
  const cpus = topology.cpus.filter((cpu) => (bound ? bound.has(cpu.id) : cpu.isAllowed));
  return {
    cpus: cpus.length,
    cores: distinct(cpus, (cpu) => cpu.core),
    caches: distinct(cpus, (cpu) => cpu.llc),
    packages: distinct(cpus, (cpu) => cpu.package),
  };
}

/** Coordinates of a configuration for `DesignPoint.place`: a distance of 1 is a considerable difference. */
export function placesOn(machine: Machine): (candidate: Candidate) => number[] {
  const known = new Map<string | null, Parts>();
  return ({ binding, threads, replicas }) => {
    const parts = known.get(binding.cpus) ?? partsOf(binding.cpus, machine);
    known.set(binding.cpus, parts);
    const all = threads * replicas;
    const used = Math.max(1, Math.min(all, parts.cores));
    return [
      Math.log2(used) / SCALES.cores,
      Math.max(0, all - parts.cores) / Math.max(1, parts.cores) / SCALES.siblings,
      Math.log2(Math.max(1, Math.min(parts.packages, all))) / SCALES.packages,
      Math.log2(Math.max(1, Math.min(used, parts.caches))) / SCALES.caches,
      Number(all >= parts.cpus) / SCALES.full,
      Number(binding.memory?.policy === 'interleave') / SCALES.policy,
      Number(binding.memory?.policy === 'bind') / SCALES.policy,
    ];
  };
}
