import { formatCpuList } from '../../core/cpu-list.js';
import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { type MemoryLimit, readMemoryLimits } from '../limits/cgroup-memory.js';
import { NO_LIMIT, processLimit } from '../limits/rlimits.js';
import { parseMeminfo } from '../reading/file-fact.js';
import { readDimms } from './dimms.js';
import { isRestricted } from './numa.js';

const SOURCE = '/proc/meminfo';
const HUGE_PAGE_BYTES = 2 * 1024 ** 2;

/** Memory of the machine, and what of it this process can still take under every limit above it. */
export function probeMemory(host: Host, { numa }: Pick<Machine, 'numa'>): Machine['memory'] {
  const meminfo = parseMeminfo(host.read(SOURCE) ?? '');
  const field = (name: string): Fact<number> => {
    const value = meminfo.get(name);
    return value === undefined ? unknown(SOURCE) : known(value, `${SOURCE} ${name}`);
  };
  const totalBytes = total(field('MemTotal'), numa);
  const availableBytes = available(meminfo);
  const bounds = [...readMemoryLimits(host).map(asBound), ...nodeBound(numa), ...addressSpaceBound(host)];
  const swapFree = meminfo.get('SwapFree');
  const swap = field('SwapTotal');
  return {
    totalBytes,
    availableBytes,
    limitBytes: leastOf([totalBytes, ...bounds.map((bound) => bound.limit)]),
    usableBytes: leastOf([availableBytes, ...bounds.map((bound) => bound.room)]),
    swapTotalBytes: swap,
    swapUsedBytes:
      swap.value === null || swapFree === undefined
        ? unknown(SOURCE)
        : known(swap.value - swapFree, `${SOURCE} SwapTotal − SwapFree`),
    hugePagesFree: hugePages(field('HugePages_Free'), field('Hugepagesize'), numa),
    hugePageBytes: field('Hugepagesize'),
    ...readDimms(host, numa),
  };
}

/** One thing that bounds memory: what it allows in all, and what of that is left now. */
type Bound = { limit: Fact<number>; room: Fact<number> };

const asBound = ({ bytes, headroomBytes, source }: MemoryLimit): Bound => ({
  limit: known(bytes, source),
  room:
    headroomBytes === null
      ? likely(bytes, source, 'use under this limit is unknown')
      : known(headroomBytes, source, 'limit less what is used and cannot be dropped'),
});

/** Where memory of some nodes is forbidden (cpuset.mems), the allowed ones bound it: the kernel stops a process at their end. */
function nodeBound(numa: Machine['numa']): Bound[] {
  if (!isRestricted(numa)) return [];
  const allowed = numa.nodes.filter((node) => node.isMemoryAllowed);
  const source = `${numa.source}/node*/meminfo`;
  const note = `memory of node ${formatCpuList(allowed.map((node) => node.id))} alone may be used`;
  const sum = (sizes: (number | null | undefined)[]): Fact<number> =>
    sizes.some((size) => size == null)
      ? unknown(source)
      : likely(
          sizes.reduce<number>((total, size) => total + size!, 0),
          source,
          note,
        );
  return [
    { limit: sum(allowed.map((node) => node.memoryBytes)), room: sum(allowed.map((node) => node.availableBytes)) },
  ];
}

/** Weights are mapped and memory is reserved within the address space, whatever memory is free. */
function addressSpaceBound(host: Host): Bound[] {
  const limit = processLimit(host, 'Max address space');
  return limit.value === null || limit.value === NO_LIMIT
    ? []
    : [{ limit, room: { ...limit, note: 'what the process has mapped already counts too' } }];
}

const leastOf = (facts: Fact<number>[]): Fact<number> =>
  facts.filter((fact) => fact.value !== null).sort((a, b) => a.value! - b.value!)[0] ?? facts[0]!;

/** Of default pages of 2 MiB the nodes know their own number. */
function hugePages(free: Fact<number>, size: Fact<number>, numa: Machine['numa']): Fact<number> {
  if (!isRestricted(numa) || free.value === null) return free;
  const own = numa.nodes.filter((node) => node.isMemoryAllowed).map((node) => node.hugePagesFree);
  const source = `${numa.source}/node*/hugepages`;
  if (size.value !== HUGE_PAGE_BYTES || own.includes(null)) return unknown(source);
  return known(
    own.reduce<number>((sum, pages) => sum + pages!, 0),
    source,
  );
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
