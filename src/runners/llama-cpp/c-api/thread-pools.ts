import type { Candidate } from '../../../core/candidate.js';
import { formatCpuList, parseCpuList } from '../../../core/cpu-list.js';
import type { ThreadCpus, ThreadPriority } from '../../../core/engine.js';
import { R1Error } from '../../../core/errors.js';
import { ENUMS } from '../../../formats/llama-abi/header.js';
import { allowedCpusOf } from '../../effective.js';
import type { LlamaApi, Pointer } from './llama-api.js';
import { CApiUnavailable } from './unavailable.js';

type PoolParams = {
  cpumask: Uint8Array | boolean[];
  n_threads: number;
  prio: number;
  poll: number;
  strict_cpu: boolean;
  paused: boolean;
};

export type ThreadPools = { free(): void; threadCpus: ThreadCpus | null };

/**
 * Gives a context thread pools that last, as llama.cpp's own programs do: without one, its threads are started anew for
 * every token. Decode and prefill share a pool unless their thread counts differ; then the one that is not in use is paused
 * (common_threadpools::init in llama.cpp's common.cpp).
 */
export function attachThreadPools(
  api: LlamaApi,
  registration: Pointer,
  context: Pointer,
  { threads, threadsBatch, threadPlacement, poll, priority }: Candidate,
): ThreadPools {
  const native = (name: 'ggml_threadpool_new' | 'ggml_threadpool_free') => {
    const address = api.ggmlBase.ggml_backend_reg_get_proc_address(registration, name) as Pointer | null;
    if (address === null) throw new CApiUnavailable(`the kernels have no ${name}`);
    return api.at(name, address);
  };
  const create = native('ggml_threadpool_new');
  const free = native('ggml_threadpool_free');
  const cpus = threadPlacement === 'apart' ? ownCpus() : null;
  const make = (count: number, paused: boolean): Pointer =>
    create(paramsOf(api, count, { paused, cpus: cpus ?? [], poll, priority })) as Pointer;
  const separate = threadsBatch !== null && threadsBatch !== threads ? make(threadsBatch, false) : null;
  const decode = make(threads, separate !== null);
  api.llama.llama_attach_threadpool(context, decode, separate);
  return {
    threadCpus: cpus && placementOf(cpus, threads),
    free() {
      free(decode);
      if (separate !== null) free(separate);
    },
  };
}

type Changes = { paused: boolean; cpus: readonly number[] } & Pick<Candidate, 'poll' | 'priority'>;

const PRIORITIES: Record<ThreadPriority, number> = {
  low: ENUMS.ggml_sched_priority.GGML_SCHED_PRIO_LOW,
  normal: ENUMS.ggml_sched_priority.GGML_SCHED_PRIO_NORMAL,
  medium: ENUMS.ggml_sched_priority.GGML_SCHED_PRIO_MEDIUM,
  high: ENUMS.ggml_sched_priority.GGML_SCHED_PRIO_HIGH,
  realtime: ENUMS.ggml_sched_priority.GGML_SCHED_PRIO_REALTIME,
};

/** llama.cpp's defaults for `count` threads, but for the changes; with CPUs, each thread is bound to one of them. */
function paramsOf(api: LlamaApi, count: number, { paused, cpus, poll, priority }: Changes): Buffer {
  const type = api.struct.ggml_threadpool_params;
  const memory = Buffer.alloc(api.koffi.sizeof(type));
  api.ggmlBase.ggml_threadpool_params_init(memory, count);
  const params = api.koffi.decode(memory, type) as PoolParams;
  if (params.n_threads !== count || params.poll > 100)
    throw new CApiUnavailable('ggml_threadpool_params has another layout than its header gives');
  const cpumask = Array.from(params.cpumask, Boolean);
  for (const cpu of cpus) cpumask[cpu] = true;
  api.koffi.encode(memory, type, {
    ...params,
    ...{ cpumask, strict_cpu: cpus.length > 0, paused },
    poll: poll ?? params.poll,
    prio: priority === undefined ? params.prio : PRIORITIES[priority],
  });
  return memory;
}

function ownCpus(): number[] {
  const cpus = parseCpuList(allowedCpusOf() ?? '');
  if (cpus.length > 1) return cpus;
  throw new R1Error('NOT_PERMITTED', 'The threads cannot be placed apart: this process may use one CPU only.', {
    fix: 'Use --thread-placement none, or a profile without it.',
  });
}

/** ggml binds the helpers to the CPUs in their order, then its driver to the next (ggml_threadpool_new_impl). */
function placementOf(cpus: readonly number[], threads: number): ThreadCpus {
  const at = (thread: number): number => cpus[thread % cpus.length]!;
  const helpers = Array.from({ length: threads - 1 }, (_, i) => at(i));
  return { first: String(at(threads - 1)), others: formatCpuList(helpers) };
}
