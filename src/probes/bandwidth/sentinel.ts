import type { Machine } from '../../core/machine.js';
import type { Sentinel } from '../../core/outcome.js';
import { mean } from '../../stats/sample.js';
import { spreadCpus } from './placement.js';
import { openReaders } from './readers.js';

/**
 * A small fixed piece of work, run before and after a trial: when it takes longer than usual, something outside the
 * workload disturbed the machine. Reads memory with one thread and with all, and multiplies numbers in a loop.
 */

/** How long a kernel is read: long enough that a neighbour's time slices (3 to 100 ms) average out, and no longer. */
const KERNEL_MS = 150;
/** A pass may be so short that the first one says little about the next, or so long that three are enough. */
const FEWEST_PASSES = 3;
const MOST_PASSES = 400;
const STREAMS = 8;
/** Twice the last-level cache in use: memory is what decode waits for. */
const CACHE_FACTOR = 2;
const LEAST_BYTES = 32 * 1024 ** 2;
/** Above this the sentinel itself would crowd the machine out. */
const MOST_BYTES = 512 * 1024 ** 2;
/** The kernels read whole pages in eight streams. */
const ALIGNMENT = 8 * 4096;
const MULTIPLICATIONS = 4_000_000;

const passesOf = (firstMs: number): number =>
  Math.min(MOST_PASSES, Math.max(FEWEST_PASSES, Math.ceil(KERNEL_MS / firstMs)));

function bytesPerThread(machine: Machine, threads: number): number {
  const wanted = (CACHE_FACTOR * (machine.caches.llc.allowedBytes ?? LEAST_BYTES)) / threads;
  return Math.ceil(Math.min(MOST_BYTES / threads, Math.max(LEAST_BYTES / threads, wanted)) / ALIGNMENT) * ALIGNMENT;
}

async function memoryMs(machine: Machine, threads: number, signal: AbortSignal): Promise<number> {
  const cpus = spreadCpus(machine.topology.cpus.filter((cpu) => cpu.isAllowed)).slice(0, threads);
  const taskset = machine.tools.find((tool) => tool.name === 'taskset')?.path ?? null;
  const readers = await openReaders({ cpus, bytes: bytesPerThread(machine, threads), taskset, signal });
  try {
    const [first] = (await readers.run({ streams: STREAMS, passes: 2, sweeps: 1 })).seconds.slice(-1);
    const passes = passesOf(first! * 1000);
    return mean((await readers.run({ streams: STREAMS, passes, sweeps: 1 })).seconds) * 1000;
  } finally {
    await readers.close();
  }
}

/** Time of a chain of dependent multiplications: clock speed and time on the CPU, nothing else. */
function multiplyMs(): number {
  const start = performance.now();
  let value = 1;
  for (let i = 0; i < MULTIPLICATIONS; i++) value = value * 1.0000001 + 1e-9;
  // The result is used, so that the loop cannot be left out.
  return performance.now() - start + (Number.isFinite(value) ? 0 : Number.NaN);
}

function computeMs(): number {
  const passes = passesOf(multiplyMs());
  return mean(Array.from({ length: passes }, multiplyMs));
}

/** One reading, about 0.6 s, each kernel the mean of its passes; null where memory for it cannot be had. */
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
