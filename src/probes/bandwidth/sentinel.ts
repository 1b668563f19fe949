import type { Machine } from '../../core/machine.js';
import type { Sentinel } from '../../core/outcome.js';
import { spreadCpus } from './placement.js';
import { openReaders } from './readers.js';

/**
 * A small fixed piece of work, run before and after a trial: when it takes longer than usual, something outside the
 * workload disturbed the machine. Reads memory with one thread and with all, and multiplies numbers in a loop.
 */

const PASSES = 5;
const STREAMS = 8;
/** Twice the last-level cache in use: memory is what decode waits for. */
const CACHE_FACTOR = 2;
const LEAST_BYTES = 32 * 1024 ** 2;
/** Above this the sentinel itself would crowd the machine out. */
const MOST_BYTES = 512 * 1024 ** 2;
/** The kernels read whole pages in eight streams. */
const ALIGNMENT = 8 * 4096;
const MULTIPLICATIONS = 20_000_000;

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function bytesPerThread(machine: Machine, threads: number): number {
  const wanted = (CACHE_FACTOR * (machine.caches.llc.allowedBytes ?? LEAST_BYTES)) / threads;
  return Math.ceil(Math.min(MOST_BYTES / threads, Math.max(LEAST_BYTES / threads, wanted)) / ALIGNMENT) * ALIGNMENT;
}

async function memoryMs(machine: Machine, threads: number, signal: AbortSignal): Promise<number> {
  const cpus = spreadCpus(machine.topology.cpus.filter((cpu) => cpu.isAllowed)).slice(0, threads);
  const taskset = machine.tools.find((tool) => tool.name === 'taskset')?.path ?? null;
  const readers = await openReaders({ cpus, bytes: bytesPerThread(machine, threads), taskset, signal });
  try {
    await readers.run({ streams: STREAMS, passes: 1, sweeps: 1 });
    return middle((await readers.run({ streams: STREAMS, passes: PASSES, sweeps: 1 })).seconds) * 1000;
  } finally {
    await readers.close();
  }
}

/** Time of a chain of dependent multiplications: clock speed and time on the CPU, nothing else. */
function computeMs(): number {
  const start = performance.now();
  let value = 1;
  for (let i = 0; i < MULTIPLICATIONS; i++) value = value * 1.0000001 + 1e-9;
  // The result is used, so that the loop cannot be left out.
  return performance.now() - start + (Number.isFinite(value) ? 0 : Number.NaN);
}

/** One reading, about a third of a second; null where memory for it cannot be had. */
export async function runSentinel(machine: Machine, signal: AbortSignal): Promise<Sentinel | null> {
  const threads = Math.max(1, Math.min(machine.limits.threadBudget, machine.topology.allowed.cores));
  try {
    const memoryOneMs = await memoryMs(machine, 1, signal);
    const memoryAllMs = threads > 1 ? await memoryMs(machine, threads, signal) : null;
    return { memoryOneMs, memoryAllMs, computeMs: computeMs() };
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { code?: string }).code === 'MACHINE_UNFIT') return null;
    throw error;
  }
}
