import { TENSOR_TYPES, type TensorType } from '../../formats/gguf/types.js';
import { readParts } from './parts.js';

/** Elements of a block of the K and IQ types (QK_K of ggml-common.h). */
const BLOCK_K = 256;

export type MatrixTypes = {
  /** Type → matrices stored in it, the most frequent first. */
  counts: Map<TensorType, number>;
  /** Over all tensors. */
  bitsPerWeight: number;
  /** Matrices whose rows no block of a K level fits, which llama.cpp stores in older types; null when there are none. */
  fallback: { count: number; types: TensorType[]; block: number } | null;
};

/** What types a file at a level really holds. */
export function matrixTypes(path: string, quant: string): MatrixTypes {
  const { tensors } = readParts(path);
  const matrices = tensors.filter(({ dims }) => dims.length > 1);
  const tally = new Map<TensorType, number>();
  for (const { type } of matrices) tally.set(type, (tally.get(type) ?? 0) + 1);
  const bits = tensors.reduce((sum, { bytes }) => sum + 8 * bytes, 0);
  const weights = tensors.reduce((sum, { elements }) => sum + elements, 0);
  const isLevelOfK = /^q\d_k|^iq/.test(quant);
  const unfit = matrices.filter(({ dims, type }) => dims[0]! % BLOCK_K !== 0 && TENSOR_TYPES[type].block !== 1);
  return {
    counts: new Map([...tally].sort((a, b) => b[1] - a[1])),
    bitsPerWeight: bits / weights,
    fallback:
      isLevelOfK && unfit.length > 0
        ? { count: unfit.length, types: [...new Set(unfit.map(({ type }) => type))], block: BLOCK_K }
        : null,
  };
}
