import type { Backend } from '../core/backends.js';
import type { Engine } from '../core/engine.js';

export type EnginePlaces = {
  /** Folder for copies of engine binaries (single-variant builds). */
  cacheFolder: string;
  /** The environment of this process: where an engine that is not of npm is to be found. */
  env: (name: string) => string | undefined;
};

/** Of the environment that a launcher gives to its programs. */
export const enginePlaces = (env: NodeJS.ProcessEnv): EnginePlaces => ({
  cacheFolder: env.R1TUNE_ENGINE_CACHE ?? '',
  env: (name) => env[name],
});

/** Each is imported only when asked for: a native library enters only the process that runs it. */
const ENGINES: Record<Backend, (places: EnginePlaces) => Promise<Engine>> = {
  'llama-cpp': async ({ cacheFolder }) => (await import('./llama-cpp/index.js')).createLlamaCppEngine(cacheFolder),
  onnx: async () => (await import('./onnx/index.js')).createOnnxEngine(),
  openvino: async ({ env }) => (await import('./openvino/index.js')).createOpenvinoEngine(env),
  fake: async () => (await import('./fake/index.js')).createFakeEngine(),
};

export const loadEngine = (backend: Backend, places: EnginePlaces): Promise<Engine> => ENGINES[backend](places);
