import type { Backend } from '../core/backends.js';
import type { Engine } from '../core/engine.js';

export type EnginePlaces = {
  /** Folder for copies of engine binaries (single-variant builds). */
  cacheFolder: string;
};

/** Each is imported only when asked for: a native library enters only the process that runs it. */
const ENGINES: Record<Backend, (places: EnginePlaces) => Promise<Engine>> = {
  'llama-cpp': async ({ cacheFolder }) => (await import('./llama-cpp/index.js')).createLlamaCppEngine(cacheFolder),
  onnx: async () => (await import('./onnx/index.js')).createOnnxEngine(),
  fake: async () => (await import('./fake/index.js')).createFakeEngine(),
};

export const loadEngine = (backend: Backend, places: EnginePlaces): Promise<Engine> => ENGINES[backend](places);
