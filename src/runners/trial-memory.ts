import { readText } from './process-usage.js';

const KIB = 1024;

/**
 * Memory of this process that others map too, bytes (proc(5): Shared_Clean and Shared_Dirty of smaps_rollup). Null where the
 * kernel does not say. Replicas share the pages of a mapped model file and of libraries; their RSS counts these in each.
 */
export function sharedBytes(): number | null {
  const kib = [...(readText('/proc/self/smaps_rollup') ?? '').matchAll(/^Shared_(?:Clean|Dirty):\s+(\d+) kB/gm)];
  return kib.length === 0 ? null : kib.reduce((sum, [, value]) => sum + Number(value), 0) * KIB;
}

/** Memory of this process that lies in swap, bytes; null where the kernel does not say. */
export function swapBytes(): number | null {
  const kib = /^VmSwap:\s+(\d+) kB/m.exec(readText('/proc/self/status') ?? '')?.[1];
  return kib === undefined ? null : Number(kib) * KIB;
}
