import type { Candidate } from '../../../core/candidate.js';
import type { Engine, LoadRequest } from '../../../core/engine.js';
import { R1Error } from '../../../core/errors.js';
import { ENUMS, RELEASE } from '../../../formats/llama-abi/header.js';
import { DecoderSession } from '../../decoding/session.js';
import { packageVersion } from '../../package-folder.js';
import { loadedVariant } from '../kernel-variants.js';
import { callAsync } from './call-async.js';
import { loadKernels } from './kernels.js';
import { type LlamaApi, openLlamaApi, type Pointer } from './llama-api.js';
import { LlamaDecoder, type LoadedContext } from './llama-decoder.js';
import { loadModel } from './load-model.js';
import { openLog } from './log.js';
import { claimPriority, ownPriority } from './priority.js';
import { attachThreadPools, type ThreadPools } from './thread-pools.js';
import { type LlamaVocabulary, openVocabulary } from './vocabulary.js';

const NAME = `llama.cpp ${RELEASE.tag} (C API of node-llama-cpp ${packageVersion('node-llama-cpp', import.meta.url)})`;

const NUMA_STRATEGIES: Record<NonNullable<Candidate['engineNuma']>, number> = {
  distribute: ENUMS.ggml_numa_strategy.GGML_NUMA_STRATEGY_DISTRIBUTE,
  isolate: ENUMS.ggml_numa_strategy.GGML_NUMA_STRATEGY_ISOLATE,
  numactl: ENUMS.ggml_numa_strategy.GGML_NUMA_STRATEGY_NUMACTL,
};

/** llama.cpp through its C API. Loading throws `CApiUnavailable` where that cannot be used. */
export function createCApiEngine(): Engine {
  return { load: async (request) => sessionOf(await loadContext(request)) };
}

export type LoadedLlama = LoadedContext & { pools: ThreadPools; words: LlamaVocabulary; batch: number };

/** A model with one context of it, its threads waiting. */
export async function loadContext(request: LoadRequest): Promise<LoadedLlama> {
  const { candidate, sequences, contextTokens } = request;
  const api = await openLlamaApi();
  const log = openLog(api);
  const registration = loadKernels(api, candidate.isa);
  const { llama } = api;
  llama.llama_backend_init();
  if (candidate.engineNuma !== undefined) llama.llama_numa_init(NUMA_STRATEGIES[candidate.engineNuma]);
  const model = await loadModel(api, request, log);
  const context = await createContext(api, model, request);
  await claimPriority(candidate.priority);
  const pools = attachThreadPools(api, registration, context, candidate);
  const words = openVocabulary(api, model);
  const free = (): void => {
    llama.llama_free(context);
    pools.free();
    llama.llama_model_free(model);
  };
  const batch = Math.min(candidate.batch, llama.llama_n_batch(context) as number);
  return { api, context, sequences, vocabulary: words.size, contextTokens, pools, words, batch, free };
}

export function sessionOf(loaded: LoadedLlama): DecoderSession {
  const { api, context, sequences, contextTokens, pools, words, batch } = loaded;
  const { llama } = api;
  return new DecoderSession({
    decoder: new LlamaDecoder(loaded),
    tokenize: words.tokenize,
    tokenBytes: words.tokenBytes,
    sequences,
    chunkTokens: () => batch,
    describe: () => ({
      engine: NAME,
      variant: loadedVariant(),
      systemInfo: llama.llama_print_system_info() as string,
      threads: llama.llama_n_threads(context) as number,
      threadsBatch: llama.llama_n_threads_batch(context) as number,
      ...(pools.threadCpus ? { threadCpus: pools.threadCpus } : {}),
      threadPriority: ownPriority(),
      vocabulary: words.size,
      contextTokens,
      bosToken: words.bosToken,
      eosTokens: words.eosTokens,
    }),
  });
}

async function createContext(api: LlamaApi, model: Pointer, request: LoadRequest): Promise<Pointer> {
  const { candidate, contextTokens, sequences } = request;
  const { llama } = api;
  const type = cacheType(candidate.kvType);
  // The steps of all sequences go into one evaluation, however small the prefill batch.
  const evaluated = Math.max(candidate.batch, sequences);
  const { LLAMA_FLASH_ATTN_TYPE_ENABLED, LLAMA_FLASH_ATTN_TYPE_DISABLED } = ENUMS.llama_flash_attn_type;
  const params = {
    ...(llama.llama_context_default_params() as object),
    n_ctx: contextTokens * sequences,
    n_batch: evaluated,
    n_ubatch: evaluated,
    n_seq_max: sequences,
    n_threads: candidate.threads,
    n_threads_batch: candidate.threadsBatch ?? candidate.threads,
    flash_attn_type: candidate.flashAttention ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED,
    type_k: type,
    type_v: type,
  };
  const context = (await callAsync(llama.llama_init_from_model, model, params)) as Pointer | null;
  if (context !== null && (llama.llama_n_ctx_seq(context) as number) >= contextTokens) return context;
  if (context !== null) llama.llama_free(context);
  llama.llama_model_free(model);
  throw new R1Error('MODEL_INVALID', `llama.cpp makes no context of ${sequences} × ${contextTokens} tokens.`);
}

function cacheType(type: Candidate['kvType']): number {
  const types = ENUMS.ggml_type;
  return { f32: types.GGML_TYPE_F32, f16: types.GGML_TYPE_F16, q8_0: types.GGML_TYPE_Q8_0, q4_0: types.GGML_TYPE_Q4_0 }[
    type
  ];
}
