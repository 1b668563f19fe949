import type { Candidate } from './candidate.js';

/** Size of a KV cache element over f16. Blocks of q8_0 hold 32 elements in 34 bytes, of q4_0 in 18 (ggml block layouts). */
export const KV_SIZE_OVER_F16: Readonly<Record<Candidate['kvType'], number>> = {
  f32: 2,
  f16: 1,
  q8_0: 34 / 64,
  q4_0: 18 / 64,
};
