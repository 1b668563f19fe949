import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { R1Error } from '../../core/errors.js';
import type { ReaderReply, ReaderRequest, ReaderSetup } from './reader-protocol.js';

export type Passes = {
  /** From the start of the first reader to the end of the last, a pass. */
  seconds: number[];
  /** Time on a CPU over the time the passes took, averaged over readers; null when not counted. */
  onCpuShare: number | null;
};

export type Readers = {
  isPinned: boolean;
  run(request: ReaderRequest): Promise<Passes>;
  close(): Promise<void>;
};

export type ReadersOptions = {
  cpus: (number | null)[];
  bytes: number;
  taskset: string | null;
  signal?: AbortSignal | undefined;
};

/**
 * Starts one reading thread for each entry of `cpus` (a CPU to pin to, or null), each with `bytes` of its own memory.
 * Throws `MACHINE_UNFIT` when a thread cannot get its memory, and what `signal` was aborted with.
 */
export async function openReaders({ cpus, bytes, taskset, signal }: ReadersOptions): Promise<Readers> {
  const barrier = new SharedArrayBuffer(8);
  const workers = cpus.map((cpu) => {
    const pin = cpu === null || taskset === null ? null : { taskset, cpu };
    const workerData: ReaderSetup = { barrier, readers: cpus.length, bytes, pin };
    return new Worker(new URL('./reader-worker.js', import.meta.url), { workerData });
  });
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    const ready = await Promise.all(workers.map((worker) => answer(worker, signal)));
    return {
      isPinned: ready.every((reply) => reply.kind === 'ready' && reply.isPinned),
      run: async (request) => {
        const replies = workers.map((worker) => answer(worker, signal));
        for (const worker of workers) worker.postMessage(request);
        return combine(await Promise.all(replies));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function answer(worker: Worker, signal: AbortSignal | undefined): Promise<ReaderReply> {
  try {
    const [reply] = (await once(worker, 'message', signal ? { signal } : {})) as [ReaderReply];
    if (reply.kind !== 'failed') return reply;
    throw new Error(reply.message);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new R1Error('MACHINE_UNFIT', `Memory bandwidth cannot be measured: ${(cause as Error).message}`, {
      fix: 'Free memory, raise the limit of address space (ulimit -v), or leave it out with --no-bandwidth.',
      cause,
    });
  }
}

function combine(replies: ReaderReply[]): Passes {
  const all = replies.filter((reply) => reply.kind === 'passes');
  const seconds = all[0]!.startsNs.map((_, pass) => {
    const start = Math.min(...all.map((reply) => reply.startsNs[pass]!));
    return (Math.max(...all.map((reply) => reply.endsNs[pass]!)) - start) / 1e9;
  });
  const shares = all.map((reply) => {
    const wall = reply.startsNs.reduce((sum, start, pass) => sum + reply.endsNs[pass]! - start, 0);
    return reply.onCpuNs === null ? null : Math.min(1, reply.onCpuNs / wall);
  });
  const isCounted = shares.every((share) => share !== null);
  return { seconds, onCpuShare: isCounted ? shares.reduce((sum, share) => sum + share!, 0) / shares.length : null };
}
