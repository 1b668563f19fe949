import { readSync } from 'node:fs';
import { blockDecoder } from '../../formats/blocks/decode.js';
import { encodeF16, encodeF32 } from '../../formats/blocks/quantize.js';
import { invalidModel } from '../../formats/invalid.js';
import type { SafeTensor, SafetensorsType } from '../../formats/safetensors.js';

export type TargetType = 'f16' | 'f32';
/** Rows of a q or k matrix by head: their rotary halves are to be interleaved. */
export type Interleave = { heads: number };

const CHUNK_WEIGHTS = 1 << 20;
const DECODER: Record<SafetensorsType, 'f32' | 'f16' | 'bf16'> = { F32: 'f32', F16: 'f16', BF16: 'bf16' };

/** The data of a tensor in another element type, some rows at a time. */
export function* tensorChunks(
  fd: number,
  tensor: SafeTensor,
  target: TargetType,
  interleave?: Interleave,
): Generator<Buffer> {
  const columns = tensor.shape.length > 1 ? tensor.shape.at(-1)! : 1;
  const rows = tensor.shape.reduce((product, dim) => product * dim, 1) / columns;
  const rowsOfHead = interleave ? rows / interleave.heads : 1;
  const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / columns / rowsOfHead)) * rowsOfHead;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const weights = readRows(fd, tensor, first * columns, count * columns);
    yield encode(interleave ? interleaved(weights, columns, rowsOfHead) : weights, target);
  }
}

function readRows(fd: number, tensor: SafeTensor, first: number, count: number): Float32Array {
  const width = tensor.bytes / tensor.shape.reduce((product, dim) => product * dim, 1);
  const bytes = Buffer.allocUnsafe(count * width);
  const got = readSync(fd, bytes, 0, bytes.length, tensor.offset + first * width);
  if (got < bytes.length) throw invalidModel(tensor.file, 'the file shrank while it was read', 'a finished file');
  const weights = new Float32Array(count);
  blockDecoder(DECODER[tensor.type])!(bytes, weights);
  return weights;
}

/**
 * Hugging Face rotates row i of a head with row i + half; llama.cpp's llama rotates neighbours. Row i goes to 2i, row i + half to 2i + 1.
 */
function interleaved(weights: Float32Array, columns: number, rowsOfHead: number): Float32Array {
  const result = new Float32Array(weights.length);
  const half = rowsOfHead / 2;
  for (let row = 0; row < weights.length / columns; row++) {
    const inHead = row % rowsOfHead;
    const to = row - inHead + 2 * (inHead % half) + (inHead < half ? 0 : 1);
    result.set(weights.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return result;
}

function encode(weights: Float32Array, target: TargetType): Buffer {
  const bytes = Buffer.allocUnsafe(weights.length * (target === 'f16' ? 2 : 4));
  (target === 'f16' ? encodeF16 : encodeF32)(weights, weights.length, bytes);
  return bytes;
}
