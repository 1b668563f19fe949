import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';

/** What kinds of cores are told by. */
export type KindEvidence = {
  host: Host;
  online: number[];
  vendor: string | null;
  /** CPUs of each physical core. */
  cores: number[][];
  caches: Machine['caches'];
};

/** How the core of a CPU is built: cores that differ in this are of different kinds, whatever their clocks. */
export function buildOf(cpu: number, { cores, caches }: KindEvidence) {
  const core = cores.find((cpus) => cpus.includes(cpu)) ?? [cpu];
  const domain = (level: number) =>
    caches.levels.find((entry) => entry.level === level)?.domains.find((d) => d.cpus.includes(cpu));
  const shared = new Set(domain(2)?.cpus ?? [cpu]);
  const coresOnL2 = cores.filter((cpus) => cpus.some((id) => shared.has(id))).length;
  const sizes = { l1: domain(1)?.sizeBytes, l2: domain(2)?.sizeBytes, l3: domain(3)?.sizeBytes };
  return { threads: core.length, coresOnL2, hasL2: domain(2) !== undefined, ...sizes };
}

/** True when some group shares no build with the first; true as well where no cache is shown to compare. */
export function differInBuild(groups: number[][], evidence: KindEvidence): boolean {
  if (evidence.caches.levels.length === 0) return true;
  const builds = groups.map((cpus) => new Set(cpus.map((cpu) => JSON.stringify(buildOf(cpu, evidence)))));
  return builds.some((build) => ![...build].some((one) => builds[0]!.has(one)));
}
