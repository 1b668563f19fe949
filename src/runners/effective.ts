import { readdirSync } from 'node:fs';
import { formatCpuList, tryParseCpuList } from '../core/cpu-list.js';
import type { EngineDescription } from '../core/engine.js';
import type { Effective } from '../core/outcome.js';
import { readText } from './process-usage.js';

const ALLOCATORS: [string, RegExp][] = [
  ['jemalloc', /\/libjemalloc[^/\s]*\.so/],
  ['tcmalloc', /\/libtcmalloc[^/\s]*\.so/],
  ['mimalloc', /\/libmimalloc[^/\s]*\.so/],
];

/** The allocator in this process's own memory map; null where there is no /proc. */
export function loadedAllocator(): string | null {
  const maps = readText('/proc/self/maps');
  if (maps === null) return null;
  return ALLOCATORS.find(([, pattern]) => pattern.test(maps))?.[0] ?? 'glibc';
}

/** File name of the first mapped library that matches, or null. */
export function mappedLibrary(pattern: RegExp): string | null {
  return pattern.exec(readText('/proc/self/maps') ?? '')?.[1] ?? null;
}

/** CPUs that one thread of this process may use, or its first one, as a kernel list; null where /proc does not say. */
export function allowedCpusOf(thread?: string): string | null {
  const status = readText(`/proc/self/${thread === undefined ? '' : `task/${thread}/`}status`);
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? '')?.[1] ?? null;
}

/** CPUs that any thread of the process may use, as a kernel list; null where /proc does not say. */
function allowedCpus(): string | null {
  let threads: string[];
  try {
    threads = readdirSync('/proc/self/task');
  } catch {
    return null;
  }
  const cpus = threads.flatMap((id) => tryParseCpuList(allowedCpusOf(id) ?? '') ?? []);
  return cpus.length > 0 ? formatCpuList(cpus) : null;
}

function allowedNodes(): string | null {
  return /^Mems_allowed_list:\s*(\S+)/m.exec(readText('/proc/self/status') ?? '')?.[1] ?? null;
}

/** What really holds in this process, for the parent to compare with what was asked. */
export function readEffective(engine: EngineDescription): Effective {
  return {
    cpus: allowedCpus(),
    memoryNodes: allowedNodes(),
    threads: engine.threads,
    threadsBatch: engine.threadsBatch,
    ...(engine.threadCpus ? { threadCpus: engine.threadCpus } : {}),
    ...(engine.threadPriority === undefined ? {} : { threadPriority: engine.threadPriority }),
    allocator: loadedAllocator(),
    engine: engine.engine,
    variant: engine.variant,
    systemInfo: engine.systemInfo,
    ...(engine.properties ? { properties: engine.properties } : {}),
    pid: process.pid,
  };
}
