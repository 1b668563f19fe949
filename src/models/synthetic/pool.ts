import { seededRandom } from '../../core/random.js';
import {
  BLOCK,
  type BlockEncoder,
  encodeF16,
  encodeF32,
  encodeQ4_0,
  encodeQ8_0,
} from '../../formats/blocks/quantize.js';
import { TENSOR_TYPES } from '../../formats/gguf/types.js';

export type SyntheticType = 'f32' | 'f16' | 'q8_0' | 'q4_0';

const ENCODERS: Record<SyntheticType, BlockEncoder> = {
  f32: encodeF32,
  f16: encodeF16,
  q8_0: encodeQ8_0,
  q4_0: encodeQ4_0,
};

/** 2 Mi weights: 8 MiB in f32. Tensors are cut from it in short pieces, so rows do not repeat. */
export const POOL_BLOCKS = 1 << 16;

/** Bytes of 32 weights in a type. */
export const bytesOfBlock = (type: SyntheticType): number =>
  (BLOCK / TENSOR_TYPES[type].block) * TENSOR_TYPES[type].bytes;

/**
 * Bell-shaped weights of mean 0 and standard deviation 1: the sum of three random bytes. They are multiples of 1/256
 * below 3, so an f16 holds them exactly and no machine's floating point can differ.
 */
export function weightPool(seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: POOL_BLOCKS * BLOCK }, () => {
    const draw = Math.floor(random() * 0x1000000);
    return (2 * ((draw & 255) + ((draw >> 8) & 255) + (draw >> 16)) - 765) / 256;
  });
}

/**
 * The pool times 2^-shift in the encoding of a type. Scaling by a power of two is exact in all four types,
 * so the weights of a tensor are the same in all of them but for the rounding of the type itself.
 */
export function encodedPool(pool: Float32Array, type: SyntheticType, shift: number): Buffer {
  const encoded = Buffer.allocUnsafe(POOL_BLOCKS * bytesOfBlock(type));
  const factor = 2 ** -shift;
  ENCODERS[type](
    pool.map((weight) => weight * factor),
    pool.length,
    encoded,
  );
  return encoded;
}
