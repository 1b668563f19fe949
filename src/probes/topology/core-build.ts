import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';

/** What kinds of cores are told by. */
export type KindEvidence = {
  host: Host;
  online: number[];
  vendor: string | null;
  caches: Machine['caches'];
  buildOf: (cpu: number) => Build;
};

/** Threads of a core, cores that share its level 2 cache, and the sizes of its caches in bytes. */
export type Build = {
  threads: number;
  coresOnL2: number;
  hasL2: boolean;
  l1: number | null | undefined;
  l2: number | null | undefined;
  l3: number | null | undefined;
};

/** How the core of each CPU is built: cores that differ in this are of different kinds, whatever their clocks. */
export function buildsOf(cores: number[][], caches: Machine['caches']): (cpu: number) => Build {
  const coreOf = new Map(cores.flatMap((cpus) => cpus.map((cpu) => [cpu, cpus] as const)));
  const domains = caches.levels.map(({ level, domains: all }) => ({
    level,
    of: new Map(all.flatMap((domain) => domain.cpus.map((cpu) => [cpu, domain] as const))),
  }));
  return (cpu) => {
    const domain = (level: number) => domains.find((entry) => entry.level === level)?.of.get(cpu);
    const sharers = domain(2)?.cpus ?? [cpu];
    return {
      threads: coreOf.get(cpu)?.length ?? 1,
      coresOnL2: new Set(sharers.map((id) => coreOf.get(id))).size,
      hasL2: domain(2) !== undefined,
      ...{ l1: domain(1)?.sizeBytes, l2: domain(2)?.sizeBytes, l3: domain(3)?.sizeBytes },
    };
  };
}

/** True when some group shares no build with the first; true as well where no cache is shown to compare. */
export function differInBuild(groups: number[][], evidence: KindEvidence): boolean {
  if (evidence.caches.levels.length === 0) return true;
  const builds = groups.map((cpus) => new Set(cpus.map((cpu) => JSON.stringify(evidence.buildOf(cpu)))));
  return builds.some((build) => ![...build].some((one) => builds[0]!.has(one)));
}
