import type { Host } from '../../core/ports.js';
import { findHierarchy } from './cgroup.js';

export type MemoryLimit = {
  bytes: number;
  /** Bytes this level would still take before it is full: the limit less what is used and cannot be dropped. */
  headroomBytes: number | null;
  source: string;
};

/** Version 1 writes "no limit" as the largest multiple of the page size below 2^63. */
const V1_NO_LIMIT = 2 ** 63 - 2 ** 16;

/** Lists of memory.stat that hold clean or writable file pages; shared memory is on others. */
const RECLAIMABLE = {
  1: ['total_active_file', 'total_inactive_file'],
  2: ['active_file', 'inactive_file', 'slab_reclaimable'],
};

/** Every memory limit on the way from the process's group to the mount point, tightest first. */
export function readMemoryLimits(host: Host): MemoryLimit[] {
  const hierarchy = findHierarchy(host, 'memory');
  const files = hierarchy?.version === 2 ? ['memory.max', 'memory.high'] : ['memory.limit_in_bytes'];
  const limits = (hierarchy?.levels ?? []).flatMap((folder) => {
    const usedBytes = heldBytes(host, folder, hierarchy!.version);
    return [
      ...files.map((file) => ({ file: `${folder}/${file}`, text: host.read(`${folder}/${file}`) })),
      { file: `${folder}/memory.stat`, text: inherited(host, folder, hierarchy!.version) },
    ].flatMap(({ file, text }) => {
      const bytes = Number(text ?? Number.NaN);
      if (!(bytes >= 0) || bytes >= V1_NO_LIMIT) return [];
      return [{ bytes, headroomBytes: usedBytes === undefined ? null : Math.max(0, bytes - usedBytes), source: file }];
    });
  });
  return limits.sort((a, b) => a.bytes - b.bytes);
}

/**
 * What counts against the limit and cannot be dropped. Before a group is stopped at its limit the kernel reclaims its page
 * cache, used or not, and slab that can shrink, as MemAvailable counts them for the machine (cgroup-v2.rst, memory.max).
 */
function heldBytes(host: Host, folder: string, version: 1 | 2): number | undefined {
  const used = Number(
    host.read(`${folder}/${version === 2 ? 'memory.current' : 'memory.usage_in_bytes'}`) ?? Number.NaN,
  );
  if (Number.isNaN(used)) return undefined;
  const stat = host.read(`${folder}/memory.stat`) ?? '';
  const bytes = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(stat)?.[1] ?? 0);
  const droppable = RECLAIMABLE[version].reduce((sum, name) => sum + bytes(name), 0);
  return Math.max(0, used - droppable);
}

/** Version 1 tells in memory.stat the least limit of ancestors that may lie outside the mount. */
function inherited(host: Host, folder: string, version: 1 | 2): string | undefined {
  if (version === 2) return undefined;
  return /^hierarchical_memory_limit (\d+)/m.exec(host.read(`${folder}/memory.stat`) ?? '')?.[1];
}
