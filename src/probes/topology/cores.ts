import { groupBy } from '../../core/group-by.js';
import type { Host } from '../../core/ports.js';
import { armName } from '../processor/arm-parts.js';
import { readCpuinfo } from '../reading/cpuinfo.js';
import { sharedSet } from '../reading/shared-set.js';
import { armCores } from './arm-cores.js';
import { CPU_FOLDER } from './cpu-set.js';

/** Groups of online CPUs, ordered by their lowest CPU. Every CPU is in exactly one. */
export type Grouping = number[][];

/** Physical cores: CPUs that share one, from the kernel's sibling lists, else from /proc/cpuinfo, else (not told) one a CPU. */
export function readCores(host: Host, online: number[]): { cores: Grouping; isTold: boolean } {
  const told = groupBySets(host, online, ['core_cpus', 'thread_siblings']) ?? coresFromCpuinfo(host, online);
  return { cores: told ?? online.map((cpu) => [cpu]), isTold: told !== undefined };
}

/**
 * Packages. The sibling sets decide, as the ids are -1 on some machines and repeat between the drawers and books of
 * others; the ids only name them. Without sets the ids decide, else /proc/cpuinfo, else all is one package.
 */
export function readPackages(host: Host, online: number[]): Map<number, number> {
  if (isOneSocket(host, online)) return new Map(online.map((cpu) => [cpu, 0]));
  const idOf = (cpu: number) => Number(host.read(`${CPU_FOLDER}/cpu${cpu}/topology/physical_package_id`) ?? -1);
  const ids = new Map(online.map((cpu) => [cpu, idOf(cpu)]));
  const sets = groupBySets(host, online, ['package_cpus', 'core_siblings']);
  const groups = sets ?? groupsById(online, ids) ?? groupsFromCpuinfo(host, online) ?? [online];
  const names = groups.map((cpus) => ids.get(cpus[0]!)!);
  const areNames = names.every((name) => name >= 0) && new Set(names).size === names.length;
  return new Map(groups.flatMap((cpus, index) => cpus.map((cpu) => [cpu, areNames ? names[index]! : index] as const)));
}

/** A64FX has no link to a second socket; kernels show each of its four core memory groups as a package (Fujitsu's manual, 1.1). */
function isOneSocket(host: Host, online: number[]): boolean {
  const cores = armCores(host, online);
  return cores.size > 0 && [...cores.values()].every((core) => armName(core) === 'A64FX');
}

/** Dies of the whole machine numbered 0…, or undefined where the kernel does not say (before 5.2, not x86). */
export function readDies(host: Host, online: number[]): Map<number, number> | undefined {
  if (Number(host.read(`${CPU_FOLDER}/cpu${online[0]}/topology/die_id`) ?? -1) < 0) return undefined;
  const groups = groupBySets(host, online, ['die_cpus']);
  return groups && new Map(groups.flatMap((cpus, index) => cpus.map((cpu) => [cpu, index] as const)));
}

/** AMD Bulldozer's modules: siblings with different core numbers are two integer cores that share one floating-point unit. */
export function sharesFloatingPoint(host: Host, cores: Grouping): boolean {
  const idOf = (cpu: number) => host.read(`${CPU_FOLDER}/cpu${cpu}/topology/core_id`);
  const pair = cores.find((cpus) => cpus.length > 1);
  return pair !== undefined && idOf(pair[0]!) !== undefined && idOf(pair[0]!) !== idOf(pair[1]!);
}

/** Reads one sibling set a group: CPUs of a set already read are not asked again. Undefined when no file is there. */
function groupBySets(host: Host, online: number[], names: string[]): Grouping | undefined {
  const isOnline = new Set(online);
  const grouped = new Set<number>();
  const groups: Grouping = [];
  let isKnown = false;
  for (const cpu of online) {
    if (grouped.has(cpu)) continue;
    const set = siblingSet(host, cpu, names);
    isKnown ||= set !== undefined;
    const members = (set?.includes(cpu) ? set : [cpu]).filter((id) => isOnline.has(id) && !grouped.has(id));
    groups.push(members);
    for (const id of members) grouped.add(id);
  }
  return isKnown ? groups : undefined;
}

/** The first of the sets that the kernel shows; the second names are those before Linux 5.3. */
function siblingSet(host: Host, cpu: number, names: string[]): number[] | undefined {
  for (const name of names) {
    const set = sharedSet(host, cpu, (id) => `${CPU_FOLDER}/cpu${id}/topology`, { map: name, list: `${name}_list` });
    if (set) return set;
  }
  return undefined;
}

function groupsById(online: number[], ids: Map<number, number>): Grouping | undefined {
  if ([...ids.values()].some((id) => id < 0)) return undefined;
  return [...groupBy(online, (cpu) => ids.get(cpu)!).values()];
}

function coresFromCpuinfo(host: Host, online: number[]): Grouping | undefined {
  return groupByFields(host, online, ['physical id', 'core id']);
}

function groupsFromCpuinfo(host: Host, online: number[]): Grouping | undefined {
  return groupByFields(host, online, ['physical id']);
}

function groupByFields(host: Host, online: number[], names: string[]): Grouping | undefined {
  const blocks = new Map(readCpuinfo(host).map((block) => [block.cpu, block.fields]));
  const key = (cpu: number) => names.map((name) => blocks.get(cpu)?.get(name)).join('/');
  if (online.some((cpu) => names.some((name) => !blocks.get(cpu)?.has(name)))) return undefined;
  return [...groupBy(online, key).values()];
}
