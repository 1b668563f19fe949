import type { Engine, LoadRequest } from '../../../core/engine.js';
import { R1Error } from '../../../core/errors.js';
import { packageVersion } from '../../package-folder.js';
import { loadedVariant } from '../kernel-variants.js';
import { loadError } from '../load-error.js';
import { placeThreadsApart } from './place-threads.js';
import { selectVariant } from './select-variant.js';
import { LlamaSession } from './session.js';
import { createStepTogether } from './step-together.js';

type EngineModule = typeof import('node-llama-cpp');

async function importEngine(): Promise<EngineModule> {
  try {
    return await import('node-llama-cpp');
  } catch (cause) {
    throw new R1Error('ENGINE_MISSING', `node-llama-cpp cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}

async function startLlama(engine: EngineModule, onLog: (message: string) => void) {
  try {
    return await engine.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      // 0 lifts the engine's own cap of max(cores, 4) threads: the explicit count of each context is then used as given.
      maxThreads: 0,
      logLevel: engine.LlamaLogLevel.info,
      logger: (_level, message) => onLog(message),
    });
  } catch (cause) {
    throw new R1Error('ENGINE_MISSING', `llama.cpp has no build for this machine: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/**
 * llama.cpp through the addon of node-llama-cpp: for where its C API cannot be used, and to compare with. It has no thread
 * pool that lasts. `cacheFolder` keeps copies of single-variant binaries; `note` goes before what the engine says of itself.
 */
export function createBindingEngine(cacheFolder: string, note: string | null = null): Engine {
  return {
    async load(request: LoadRequest) {
      const { candidate } = request;
      await selectVariant(candidate.isa, cacheFolder);
      const engine = await importEngine();
      const log: string[] = [];
      const llama = await startLlama(engine, (message) => {
        log.push(message);
        if (log.length > 200) log.shift();
      });
      const model = await loadModel(llama, request, log);
      const context = await model.createContext({
        contextSize: request.contextTokens,
        sequences: request.sequences,
        batchSize: candidate.batch,
        threads: Math.max(candidate.threads, candidate.threadsBatch ?? 0),
        flashAttention: candidate.flashAttention,
        performanceTracking: true,
        failedCreationRemedy: false,
        experimentalKvCacheKeyType: kvType(candidate.kvType),
        experimentalKvCacheValueType: kvType(candidate.kvType),
      });
      return new LlamaSession({
        llama,
        model,
        context,
        log,
        seenThreads: { decode: null, prefill: null },
        candidate,
        note,
        together: request.sequences > 1 ? createStepTogether() : (_sequence, step) => step(),
        name: `llama.cpp ${llama.llamaCppRelease.release} (node-llama-cpp ${packageVersion('node-llama-cpp', import.meta.url)})`,
        variant: loadedVariant(),
        threadCpus: candidate.threadPlacement === 'apart' ? await placeThreadsApart() : null,
      });
    },
  };
}

const kvType = (type: LoadRequest['candidate']['kvType']) => type.toUpperCase() as 'F32' | 'F16' | 'Q8_0' | 'Q4_0';

async function loadModel(llama: Awaited<ReturnType<typeof startLlama>>, request: LoadRequest, log: readonly string[]) {
  const { candidate, model, onProgress } = request;
  try {
    return await llama.loadModel({
      modelPath: model.path,
      useMmap: candidate.mmap,
      useMlock: candidate.mlock,
      ...(onProgress ? { onLoadProgress: onProgress } : {}),
    });
  } catch (cause) {
    throw loadError(model.path, (cause as Error).message, log);
  }
}
