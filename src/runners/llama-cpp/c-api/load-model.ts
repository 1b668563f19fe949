import type { LoadRequest } from '../../../core/engine.js';
import { ENUMS } from '../../../formats/llama-abi/header.js';
import { loadError } from '../load-error.js';
import { callAsync } from './call-async.js';
import type { LlamaApi, Pointer } from './llama-api.js';
import { openMappedWeights } from './mapped-weights.js';

/** Share of the weights after which their pages are released again. */
const RELEASE_EVERY = 0.02;

/** Reads the weights on another thread; the event loop hears of progress and may cancel. Throws MODEL_INVALID. */
export async function loadModel(api: LlamaApi, request: LoadRequest, log: string[]): Promise<Pointer> {
  const { koffi, llama } = api;
  const { model, candidate, onProgress, signal } = request;
  signal?.throwIfAborted();
  log.length = 0;
  const mapped = candidate.mmap && !candidate.mlock ? await openMappedWeights(model.path) : null;
  let releasedAt = 0;
  const progress = (share: number): boolean => {
    if (share >= releasedAt && isRepacked(log)) {
      mapped?.releasePages();
      releasedAt = share + RELEASE_EVERY;
    }
    onProgress?.(share);
    return !signal?.aborted;
  };
  const callback = koffi.register(progress, koffi.pointer(koffi.proto('bool', ['float', 'void *'])));
  try {
    const params = {
      ...(llama.llama_model_default_params() as object),
      n_gpu_layers: 0,
      load_mode: loadMode(candidate),
      lazy_mode: 0,
      progress_callback: callback,
    };
    const loaded = (await callAsync(llama.llama_model_load_from_file, model.path, params)) as Pointer | null;
    if (signal?.aborted) {
      if (loaded !== null) llama.llama_model_free(loaded);
      signal.throwIfAborted();
    }
    if (isRepacked(log)) mapped?.releasePages();
    if (loaded === null) throw loadError(model.path, null, log);
    return loaded;
  } finally {
    koffi.unregister(callback);
  }
}

/** llama.cpp writes which buffers it has before it fills them. */
const isRepacked = (log: readonly string[]): boolean => log.some((line) => /REPACK model buffer size/.test(line));

function loadMode({ mmap, mlock }: LoadRequest['candidate']): number {
  const modes = ENUMS.llama_load_mode;
  if (mmap) return mlock ? modes.LLAMA_LOAD_MODE_MMAP_MLOCK : modes.LLAMA_LOAD_MODE_MMAP;
  return mlock ? modes.LLAMA_LOAD_MODE_MLOCK : modes.LLAMA_LOAD_MODE_NONE;
}
