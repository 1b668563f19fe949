import { groupBy } from '../../core/group-by.js';
import type { CpuEntry, Machine } from '../../core/machine.js';

/** Threads read at least this much each: large enough that starting a pass costs nothing. */
const MIN_BYTES = 64 * 1024 ** 2;
/** STREAM's rule: at least four times the last-level caches in use, or the cache is measured instead of the memory. */
const CACHE_FACTOR = 4;
/** Of the memory still usable: leaves room for a model and for others. */
const MEMORY_SHARE = 0.25;
/** 32-bit WebAssembly memory ends at 4 GiB. */
const MAX_BYTES = 4 * 1024 ** 3 - 2 ** 17;
const STREAM_ALIGNMENT = 8 * 4096;
/** Streams start a page and 256 bytes apart, so that they do not meet in one set of the cache. */
const SKEW = 8 * (4096 + 256);

export type ReadSize = { bytes: number; isLargerThanCache: boolean };

/** What each of `threads` reads a pass, in bytes. */
export function readSize(machine: Pick<Machine, 'caches' | 'memory'>, threads: number): ReadSize {
  const cache = machine.caches.llc.allowedBytes ?? 0;
  const wanted = Math.max(MIN_BYTES, (CACHE_FACTOR * cache) / threads);
  const affordable = (MEMORY_SHARE * (machine.memory.usableBytes.value ?? 0)) / threads;
  const bytes =
    Math.floor((Math.min(wanted, affordable, MAX_BYTES) - SKEW) / STREAM_ALIGNMENT) * STREAM_ALIGNMENT + SKEW;
  return { bytes, isLargerThanCache: bytes * threads >= 0.99 * CACHE_FACTOR * cache && cache > 0 };
}

/** Thread counts to measure: all up to 8, then about three for each doubling, and always the last. */
export function threadCounts(max: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < max; count = count < 8 ? count + 1 : Math.ceil((count * 4) / 3)) counts.push(count);
  return [...counts, max];
}

/**
 * CPUs in the order threads are added: one a core, performance cores first, dealt out over nodes and last-level caches,
 * as bandwidth comes from using all memory controllers at once.
 */
export function spreadCpus(cpus: CpuEntry[]): number[] {
  const cores = [...groupBy(cpus, (cpu) => cpu.core).values()].map((siblings) => siblings[0]!);
  const ranked = [...groupBy(cores, (cpu) => cpu.kind).entries()].sort(([a], [b]) => RANK.indexOf(a) - RANK.indexOf(b));
  return ranked.flatMap(([, sameKind]) => {
    const byNode = [...groupBy(sameKind, (cpu) => cpu.node).values()];
    return dealt(byNode.map((node) => dealt([...groupBy(node, (cpu) => cpu.llc).values()]))).map((cpu) => cpu.id);
  });
}

const RANK: CpuEntry['kind'][] = ['performance', 'efficiency', 'low-power'];

/** The first of each group, then the second of each, and so on. */
function dealt<T>(groups: T[][]): T[] {
  const rounds = Math.max(0, ...groups.map((group) => group.length));
  return Array.from({ length: rounds }, (_, round) =>
    groups.flatMap((group) => (round < group.length ? [group[round]!] : [])),
  ).flat();
}
