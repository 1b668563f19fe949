import type { Candidate } from '../../core/candidate.js';
import type { Engine } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
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
        refuseKnobsOfPools(request.candidate, error);
        return createBindingEngine(cacheFolder, `C API not used: ${error.message}.`).load(request);
      }
    },
  };
}

/** The addon gives llama.cpp neither thread pools nor a NUMA strategy: what was asked of them must not be ignored. */
function refuseKnobsOfPools({ poll, priority, engineNuma }: Candidate, cause: CApiUnavailable): void {
  const asked = Object.entries({ poll, priority, 'engine-numa': engineNuma }).filter(
    ([, value]) => value !== undefined,
  );
  if (asked.length === 0) return;
  const flags = asked.map(([flag, value]) => `--${flag} ${value}`).join(', ');
  throw new R1Error('ENGINE_MISSING', `${flags}: this takes llama.cpp's C API, which is not used: ${cause.message}.`, {
    fix: 'Leave them at their defaults, or a profile without them.',
    cause,
  });
}
