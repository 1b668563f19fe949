import type { Candidate } from '../../core/candidate.js';
import { mappedLibrary } from '../effective.js';

export type Family = Exclude<Candidate['isa'], 'auto'>;

/**
 * llama.cpp's package ships one CPU kernel library per micro-architecture and loads the best that the CPU can run.
 * In each family the libraries are listed best first; the best of those that the CPU supports is taken.
 */
export const FAMILIES: Record<Family, string[]> = {
  sse42: ['sse42'],
  avx2: ['alderlake', 'haswell'],
  avx512: ['zen4', 'icelake', 'cooperlake', 'cascadelake', 'cannonlake', 'skylakex'],
  amx: ['sapphirerapids'],
};

/** The kernel library that ggml loaded, from this process's own memory map: "zen4", "haswell", … */
export const loadedVariant = (): string | null => mappedLibrary(/libggml-cpu-([a-z0-9]+)\.so/);
