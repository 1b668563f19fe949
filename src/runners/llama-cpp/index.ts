import type { Engine } from '../../core/engine.js';
import { createBindingEngine } from './binding/engine.js';
import { createCApiEngine } from './c-api/engine.js';
import { CApiUnavailable } from './c-api/unavailable.js';

/**
 * How llama.cpp is driven. c-api: its C API through koffi, with a thread pool that lasts and logits read in place. binding:
 * the addon of node-llama-cpp. auto: the C API where it can be used, else the addon, and the session says why.
 */
export type LlamaAccess = 'auto' | 'c-api' | 'binding';

/**
 * llama.cpp from the prebuilt CPU libraries of node-llama-cpp.
 * @param cacheFolder where the addon keeps copies of single-variant binaries
 */
export function createLlamaCppEngine(cacheFolder: string, access: LlamaAccess = 'auto'): Engine {
  const binding = createBindingEngine(cacheFolder);
  if (access === 'binding') return binding;
  return {
    async load(request) {
      try {
        return await createCApiEngine().load(request);
      } catch (error) {
        if (!(error instanceof CApiUnavailable) || access === 'c-api') throw error;
        return createBindingEngine(cacheFolder, `C API not used: ${error.message}.`).load(request);
      }
    },
  };
}
