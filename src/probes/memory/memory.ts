import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { type MemoryLimit, readMemoryLimits } from '../limits/cgroup-memory.js';
import { parseMeminfo } from '../reading/file-fact.js';
import { readDimms } from './dimms.js';

const SOURCE = '/proc/meminfo';

/** Memory of the machine, and what of it this process can still take under every limit above it. */
export function probeMemory(host: Host, { numa }: Pick<Machine, 'numa'>): Machine['memory'] {
  const meminfo = parseMeminfo(host.read(SOURCE) ?? '');
  const field = (name: string): Fact<number> => {
    const value = meminfo.get(name);
    return value === undefined ? unknown(SOURCE) : known(value, `${SOURCE} ${name}`);
  };
  const totalBytes = total(field('MemTotal'), numa);
  const availableBytes = available(meminfo);
  const limits = readMemoryLimits(host);
  const swapFree = meminfo.get('SwapFree');
  const swap = field('SwapTotal');
  return {
    totalBytes,
    availableBytes,
    limitBytes: limit(totalBytes, limits),
    usableBytes: usable(availableBytes, limits),
    swapTotalBytes: swap,
    swapUsedBytes:
      swap.value === null || swapFree === undefined
        ? unknown(SOURCE)
        : known(swap.value - swapFree, `${SOURCE} SwapTotal − SwapFree`),
    hugePagesFree: field('HugePages_Free'),
    hugePageBytes: field('Hugepagesize'),
    ...readDimms(host),
  };
}

function total(meminfo: Fact<number>, numa: Machine['numa']): Fact<number> {
  const sizes = numa.nodes.flatMap((node) => node.memoryBytes ?? []);
  if (meminfo.value !== null || sizes.length === 0) return meminfo;
  return likely(
    sizes.reduce((sum, size) => sum + size, 0),
    `${numa.source}/node*/meminfo`,
  );
}

/** MemAvailable is there since Linux 3.14; before, what can be dropped is added up. */
function available(meminfo: Map<string, number>): Fact<number> {
  const exact = meminfo.get('MemAvailable');
  if (exact !== undefined) return known(exact, `${SOURCE} MemAvailable`);
  const parts = ['MemFree', 'Cached', 'SReclaimable'].map((name) => meminfo.get(name) ?? 0);
  if (!meminfo.has('MemFree')) return unknown(SOURCE);
  return likely(parts[0]! + parts[1]! + parts[2]!, `${SOURCE} MemFree + Cached + SReclaimable`);
}

function limit(totalBytes: Fact<number>, limits: MemoryLimit[]): Fact<number> {
  const tightest = limits[0];
  if (!tightest || (totalBytes.value !== null && tightest.bytes >= totalBytes.value)) return totalBytes;
  return known(tightest.bytes, tightest.source);
}

/** The least of what the kernel has left and the room under each limit. */
function usable(availableBytes: Fact<number>, limits: MemoryLimit[]): Fact<number> {
  const rooms = limits.map(({ bytes, headroomBytes, source }) =>
    headroomBytes === null
      ? likely(bytes, source, 'use under this limit is unknown')
      : known(headroomBytes, source, 'limit less what is used and cannot be dropped'),
  );
  const all = [...(availableBytes.value === null ? [] : [availableBytes]), ...rooms];
  return all.sort((a, b) => a.value! - b.value!)[0] ?? unknown(availableBytes.source);
}
