import { toHalf } from './half.js';

/**
 * Encoders of GGUF blocks, bit for bit those of ggml's reference (quantize_row_*_ref in ggml-quants.c),
 * which computes in 32-bit floats. Each reads `count` weights and writes whole blocks of 32.
 */
export type BlockEncoder = (weights: Float32Array, count: number, target: Buffer) => void;

export const BLOCK = 32;

/** The weight of largest magnitude, with its sign. */
function extreme(weights: Float32Array, start: number): number {
  let largest = 0;
  for (let i = start; i < start + BLOCK; i++) if (Math.abs(weights[i]!) > Math.abs(largest)) largest = weights[i]!;
  return largest;
}

/** 1/scale in 32 bits, and 0 for a block of zeros. */
const inverse = (scale: number): number => (scale === 0 ? 0 : Math.fround(1 / scale));

export const encodeQ4_0: BlockEncoder = (weights, count, target) => {
  for (let start = 0, at = 0; start < count; start += BLOCK, at += 18) {
    const scale = Math.fround(extreme(weights, start) / -8);
    const factor = inverse(scale);
    const nibble = (i: number): number =>
      Math.min(15, Math.trunc(Math.fround(Math.fround(weights[i]! * factor) + 8.5)));
    target.writeUInt16LE(toHalf(scale), at);
    for (let i = 0; i < 16; i++) target[at + 2 + i] = nibble(start + i) | (nibble(start + 16 + i) << 4);
  }
};

export const encodeQ8_0: BlockEncoder = (weights, count, target) => {
  for (let start = 0, at = 0; start < count; start += BLOCK, at += 34) {
    const scale = Math.fround(Math.abs(extreme(weights, start)) / 127);
    const factor = inverse(scale);
    target.writeUInt16LE(toHalf(scale), at);
    for (let i = 0; i < BLOCK; i++)
      target.writeInt8(roundAwayFromZero(Math.fround(weights[start + i]! * factor)), at + 2 + i);
  }
};

export const encodeF16: BlockEncoder = (weights, count, target) => {
  for (let i = 0; i < count; i++) target.writeUInt16LE(toHalf(weights[i]!), 2 * i);
};

export const encodeF32: BlockEncoder = (weights, count, target) => {
  for (let i = 0; i < count; i++) target.writeFloatLE(weights[i]!, 4 * i);
};

/** roundf of C. */
const roundAwayFromZero = (value: number): number => Math.trunc(value + (value < 0 ? -0.5 : 0.5));
