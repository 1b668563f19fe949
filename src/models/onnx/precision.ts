import type { TensorType } from '../../formats/gguf/types.js';
import type { OnnxLevel } from './levels.js';
import type { Bits } from './pack.js';

/** How a matrix is stored in the graph. */
export type Storage =
  | { kind: 'float' }
  | { kind: 'blocks'; bits: Bits; block: number }
  /** One scale a column, activations quantized for each call. */
  | { kind: 'dynamic' };

/** Types whose loss is small enough that rounding them to 4 bits again would show. */
const FINER_THAN_4_BITS: readonly TensorType[] = ['q5_0', 'q5_1', 'q5_k', 'q6_k', 'q8_0'];
const FULL: readonly TensorType[] = ['f32', 'f16', 'bf16'];

/**
 * True for a file that is a mixture of 4 bits and finer types, as published Q4_0 and Q4_K_M files are: a 4-bit model of
 * it keeps the finer ones in 8 bits. A file without 4-bit matrices keeps none, or "int4" would be 8 bits under a false name.
 */
export const keepsFiner = (types: readonly TensorType[]): boolean =>
  types.some((type) => !FINER_THAN_4_BITS.includes(type) && !FULL.includes(type));

/**
 * Storage of a matrix, or of several packed into one, whose GGUF types are given.
 * @param isMixture what `keepsFiner` says of the whole file
 */
export function storageOf(level: OnnxLevel, types: readonly TensorType[], isMixture: boolean): Storage {
  switch (level) {
    case 'fp32':
      return { kind: 'float' };
    case 'int8':
      return { kind: 'blocks', bits: 8, block: 32 };
    case 'int8-dynamic':
      return { kind: 'dynamic' };
    case 'int4':
    case 'int4-b128': {
      const isFine = isMixture && types.some((type) => FINER_THAN_4_BITS.includes(type));
      const block = level === 'int4' || isFine ? 32 : 128;
      return { kind: 'blocks', bits: isFine ? 8 : 4, block };
    }
  }
}

/** True when a matrix of this GGUF type means exactly the same in the given storage. */
export function isLossless(type: TensorType, storage: Storage): boolean {
  if (storage.kind === 'float') return true;
  if (storage.kind === 'dynamic' || storage.block !== 32) return false;
  return type === (storage.bits === 4 ? 'q4_0' : 'q8_0');
}
