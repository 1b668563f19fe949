import type { Backend } from '../core/candidate.js';
import type { Engine } from '../core/engine.js';

export type EnginePlaces = {
  /** Folder for copies of engine binaries (single-variant builds). */
  cacheFolder: string;
};

/** Backend id → engine. Each is imported only when asked for: a native library enters only the process that runs it. */
export async function loadEngine(backend: Backend, places: EnginePlaces): Promise<Engine> {
  if (backend === 'llama-cpp') return (await import('./llama-cpp/index.js')).createLlamaCppEngine(places.cacheFolder);
  if (backend === 'onnx') return (await import('./onnx/index.js')).createOnnxEngine();
  return (await import('./fake/index.js')).createFakeEngine();
}
