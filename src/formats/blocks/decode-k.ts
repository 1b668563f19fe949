import type { TensorType } from '../gguf/types.js';
import type { BlockDecoder } from './block-decoder.js';
import { halfTable } from './half.js';

/** K-quants: super-blocks of 256 weights whose small blocks have quantized scales (ggml-common.h block_q*_K). */

const SUPER = 256;
const f = Math.fround;
const halfAt = (bytes: Buffer, at: number): number => halfTable()[bytes[at]! | (bytes[at + 1]! << 8)]!;
const signed = (byte: number): number => (byte << 24) >> 24;

/** The j-th 6-bit scale and least value of q4_k and q5_k, packed into 12 bytes (get_scale_min_k4). */
function scaleAndLeast(bytes: Buffer, at: number, j: number): [scale: number, least: number] {
  if (j < 4) return [bytes[at + j]! & 63, bytes[at + j + 4]! & 63];
  const scale = (bytes[at + j + 4]! & 15) | ((bytes[at + j - 4]! >> 6) << 4);
  return [scale, (bytes[at + j + 4]! >> 4) | ((bytes[at + j]! >> 6) << 4)];
}

const q4_k: BlockDecoder = (bytes, weights) => {
  for (let at = 0, i = 0; i < weights.length; at += 144, i += SUPER) {
    const [d, least] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let j = 0; j < 8; j++) {
      const [scale, offset] = scaleAndLeast(bytes, at + 4, j);
      const [factor, shift] = [f(d * scale), f(least * offset)];
      const from = at + 16 + 32 * (j >> 1);
      const nibble = 4 * (j & 1);
      for (let k = 0; k < 32; k++) weights[i + 32 * j + k] = f(factor * ((bytes[from + k]! >> nibble) & 15)) - shift;
    }
  }
};

const q5_k: BlockDecoder = (bytes, weights) => {
  for (let at = 0, i = 0; i < weights.length; at += 176, i += SUPER) {
    const [d, least] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let j = 0; j < 8; j++) {
      const [scale, offset] = scaleAndLeast(bytes, at + 4, j);
      const [factor, shift] = [f(d * scale), f(least * offset)];
      const from = at + 48 + 32 * (j >> 1);
      const nibble = 4 * (j & 1);
      for (let k = 0; k < 32; k++) {
        const high = ((bytes[at + 16 + k]! >> j) & 1) << 4;
        weights[i + 32 * j + k] = f(factor * (((bytes[from + k]! >> nibble) & 15) | high)) - shift;
      }
    }
  }
};

const q6_k: BlockDecoder = (bytes, weights) => {
  for (let at = 0, i = 0; i < weights.length; at += 210, i += SUPER) {
    const d = halfAt(bytes, at + 208);
    for (let k = 0; k < SUPER; k++) {
      const half = k >> 7;
      const quarter = (k >> 5) & 3;
      const low = (bytes[at + 64 * half + (k & 31) + 32 * (quarter & 1)]! >> (4 * (quarter >> 1))) & 15;
      const high = (bytes[at + 128 + 32 * half + (k & 31)]! >> (2 * quarter)) & 3;
      const scale = signed(bytes[at + 192 + (k >> 4)]!);
      weights[i + k] = f(d * scale) * ((low | (high << 4)) - 32);
    }
  }
};

const q2_k: BlockDecoder = (bytes, weights) => {
  for (let at = 0, i = 0; i < weights.length; at += 84, i += SUPER) {
    const [d, least] = [halfAt(bytes, at + 80), halfAt(bytes, at + 82)];
    for (let k = 0; k < SUPER; k++) {
      const scales = bytes[at + (k >> 4)]!;
      const level = (bytes[at + 16 + 32 * (k >> 7) + (k & 31)]! >> (2 * ((k >> 5) & 3))) & 3;
      weights[i + k] = f(f(d * (scales & 15)) * level) - f(least * (scales >> 4));
    }
  }
};

/** The j-th of sixteen 6-bit scales of q3_k: low nibbles in 8 bytes, high pairs in 4. */
function q3Scale(bytes: Buffer, at: number, j: number): number {
  const low = (bytes[at + (j & 7)]! >> (4 * (j >> 3))) & 15;
  const high = (bytes[at + 8 + (j & 3)]! >> (2 * (j >> 2))) & 3;
  return (low | (high << 4)) - 32;
}

const q3_k: BlockDecoder = (bytes, weights) => {
  for (let at = 0, i = 0; i < weights.length; at += 110, i += SUPER) {
    const d = halfAt(bytes, at + 108);
    for (let k = 0; k < SUPER; k++) {
      const factor = f(d * q3Scale(bytes, at + 96, k >> 4));
      const low = (bytes[at + 32 + 32 * (k >> 7) + (k & 31)]! >> (2 * ((k >> 5) & 3))) & 3;
      const isHigh = (bytes[at + (k & 31)]! >> (k >> 5)) & 1;
      weights[i + k] = factor * (low - (isHigh ? 0 : 4));
    }
  }
};

export const decodeKQuants = { q2_k, q3_k, q4_k, q5_k, q6_k } satisfies Partial<Record<TensorType, BlockDecoder>>;
