import type { CpuEntry, Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { isOneThreadACore } from '../processor/arm-parts.js';
import { armCores } from './arm-cores.js';
import { buildsOf } from './core-build.js';
import { readCores, readDies, readPackages, sharesFloatingPoint } from './cores.js';
import { readCpuSet } from './cpu-set.js';
import type { KindGroup } from './kind-groups.js';
import { readKinds } from './kinds.js';

type Topology = Machine['topology'];

/** Cores, packages, nodes and caches of each logical CPU; counts of the machine and of what we may use kept apart. */
export function probeTopology(
  host: Host,
  { cpu, caches, numa, virtualization }: Pick<Machine, 'cpu' | 'caches' | 'numa' | 'virtualization'>,
): Topology {
  const { online, allowed, source, notes } = readCpuSet(host);
  const { cores, isTold } = readCores(host, online);
  const kinds = readKinds({ host, online, vendor: cpu.vendor.value, caches, buildOf: buildsOf(cores, caches) });
  const dies = readDies(host, online);
  const lookUps = {
    core: memberOf(cores),
    package: readPackages(host, online),
    node: memberOf(
      numa.nodes.map((node) => node.cpus),
      numa.nodes.map((node) => node.id),
    ),
    llc: memberOf(caches.llc.domains.map((domain) => domain.cpus)),
    kind: new Map(kinds.groups.flatMap((group) => group.cpus.map((id) => [id, group.kind] as const))),
  };
  const isAllowed = new Set(allowed);
  const cpus = online.map(
    (id): CpuEntry => ({
      id,
      core: lookUps.core.get(id)!,
      package: lookUps.package.get(id)!,
      die: dies?.get(id) ?? null,
      node: lookUps.node.get(id) ?? null,
      llc: lookUps.llc.get(id) ?? null,
      kind: lookUps.kind.get(id) ?? 'performance',
      isAllowed: isAllowed.has(id),
    }),
  );
  const threadsPerCore = Math.max(...cores.map((core) => core.length));
  const mayHide = virtualization.isVm.value === true || !isTold;
  const isHidden = mayHide && threadsPerCore === 1 && online.length > 1 && !areCores(host, online);
  return {
    cpus,
    machine: machineCounts(cpus, numa, caches),
    allowed: {
      ...allowedCounts(
        cpus.filter((entry) => entry.isAllowed),
        numa,
        caches,
      ),
      source,
    },
    kinds: kinds.groups.map((group) => ({ ...group, cores: countCores(group, lookUps.core) })),
    kindsSource: kinds.source,
    threadsPerCore,
    isHidden,
    notes: [...notes, ...kinds.notes, ...remarks(isHidden, sharesFloatingPoint(host, cores), numa, caches)],
  };
}

/** ARM designs without SMT: each CPU is a core, whatever a hypervisor leaves out. */
function areCores(host: Host, online: number[]): boolean {
  const designs = [...armCores(host, online).values()];
  return designs.length > 0 && designs.every(isOneThreadACore);
}

const distinct = <T>(values: (T | null)[]): number => new Set(values.filter((value) => value !== null)).size;

/** Last-level caches that deserve the name: a machine that shows no level 3 has none worth binding to. */
const llcCount = (cpus: CpuEntry[], caches: Machine['caches']): number =>
  (caches.llc.level ?? 0) >= 3 ? distinct(cpus.map((cpu) => cpu.llc)) : 0;

function machineCounts(cpus: CpuEntry[], numa: Machine['numa'], caches: Machine['caches']): Topology['machine'] {
  return {
    cpus: cpus.length,
    cores: distinct(cpus.map((cpu) => cpu.core)),
    packages: distinct(cpus.map((cpu) => cpu.package)),
    dies: cpus.some((cpu) => cpu.die === null) ? null : distinct(cpus.map((cpu) => cpu.die)),
    nodes: numa.nodes.length,
    llcDomains: llcCount(cpus, caches),
  };
}

function allowedCounts(cpus: CpuEntry[], numa: Machine['numa'], caches: Machine['caches']) {
  const performance = cpus.filter((cpu) => cpu.kind === 'performance');
  const nodes = [...new Set(cpus.flatMap((cpu) => cpu.node ?? []))].sort((a, b) => a - b);
  const hasMemory = (kind: string) => kind === 'cpu-and-memory' || kind === 'memory-only';
  return {
    cpus: cpus.map((cpu) => cpu.id),
    cores: distinct(cpus.map((cpu) => cpu.core)),
    pCores: distinct(performance.map((cpu) => cpu.core)),
    packages: distinct(cpus.map((cpu) => cpu.package)),
    nodes,
    memoryNodes: numa.nodes.filter((node) => node.isMemoryAllowed && hasMemory(node.kind)).map((node) => node.id),
    llcDomains: llcCount(cpus, caches),
  };
}

/** The group of each CPU; of several (numa=fake) the first. */
function memberOf(groups: number[][], names?: number[]): Map<number, number> {
  const pairs = groups.flatMap((cpus, index) => cpus.map((cpu) => [cpu, names?.[index] ?? index] as const));
  return new Map(pairs.reverse());
}

const countCores = (group: KindGroup, core: Map<number, number>): number =>
  distinct(group.cpus.map((cpu) => core.get(cpu)!));

function remarks(isHidden: boolean, isModule: boolean, numa: Machine['numa'], caches: Machine['caches']): string[] {
  const notes: string[] = [];
  if (isHidden)
    notes.push('one thread a core is shown, but which CPUs share a core is hidden here: measure how speed scales');
  if (isModule)
    notes.push(
      'two integer cores share a floating-point unit (AMD Bulldozer family): counted as one core for matrix work',
    );
  const crosses = caches.llc.domains.some(
    (domain) => numa.nodes.filter((node) => node.cpus.some((cpu) => domain.cpus.includes(cpu))).length > 1,
  );
  if (crosses && (caches.llc.level ?? 0) >= 3)
    notes.push('a last-level cache spans several NUMA nodes (sub-NUMA clustering)');
  return notes;
}
