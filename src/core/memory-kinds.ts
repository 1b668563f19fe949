import type { MemoryKind } from './machine-hardware.js';

/** What people call each kind. */
export const MEMORY_KINDS: Record<MemoryKind, string> = {
  hbm: 'high-bandwidth memory (HBM)',
  gpu: 'memory of a GPU',
  cxl: 'CXL memory',
  persistent: 'persistent memory',
  slower: 'memory slower than that of the CPUs (CXL or persistent)',
};
