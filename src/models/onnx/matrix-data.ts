import { halfTable } from '../../formats/blocks/half.js';
import type { GgufTensor } from '../../formats/gguf/read.js';
import { rowBytesOf, type TensorData } from '../../formats/gguf/tensor-data.js';
import {
  type Bits,
  blocksOf,
  type Packed,
  packColumns,
  packedBytes,
  packRows,
  repackQ4_0,
  repackQ8_0,
} from './pack.js';
import { isLossless, type Storage } from './precision.js';

/** A matrix whose rows are those of one or several GGUF tensors, one below the other. */
export type Stacked = { tensors: readonly GgufTensor[]; rows: number; columns: number };

export const stacked = (tensors: readonly GgufTensor[]): Stacked => ({
  tensors,
  columns: tensors[0]!.dims[0]!,
  rows: tensors.reduce((sum, tensor) => sum + tensor.dims[1]!, 0),
});

/** The rows as floats in file layout. */
export function* floatChunks(data: TensorData, { tensors }: Stacked): Generator<Uint8Array> {
  for (const tensor of tensors) for (const piece of data.floatRows(tensor)) yield bytesOf(piece).slice();
}

/** Streams the packed blocks; `scales` is filled on the way and complete when the last chunk has been taken. */
export function* blockChunks(
  data: TensorData,
  { tensors, columns }: Stacked,
  bits: Bits,
  block: number,
  scales: Float32Array,
): Generator<Uint8Array> {
  let done = 0;
  for (const tensor of tensors) {
    for (const [rows, pack] of packers(data, tensor, bits, block)) {
      const blocks = rows * blocksOf(columns, block);
      const into: Packed = {
        quants: new Uint8Array(rows * packedBytes(columns, bits, block)),
        scales: scales.subarray(done, done + blocks),
      };
      pack(into);
      done += blocks;
      yield into.quants;
    }
  }
}

/** For each piece of a tensor: its number of rows, and what packs it. */
function* packers(
  data: TensorData,
  tensor: GgufTensor,
  bits: Bits,
  block: number,
): Generator<[number, (into: Packed) => void]> {
  const columns = tensor.dims[0]!;
  const storage: Storage = { kind: 'blocks', bits, block };
  if (!isLossless(tensor.type, storage)) {
    for (const piece of data.floatRows(tensor))
      yield [piece.length / columns, (into) => packRows(piece, columns, bits, block, into)];
    return;
  }
  const repack = bits === 4 ? repackQ4_0 : repackQ8_0;
  for (const piece of data.rawRows(tensor)) {
    const rows = piece.length / rowBytesOf(tensor);
    yield [rows, (into) => repack(piece, halfTable(), into)];
  }
}

/** The whole matrix, transposed, in signed bytes with one scale a column. Held in memory: it is a byte a weight. */
export function columnBytes(
  data: TensorData,
  { tensors, rows, columns }: Stacked,
): { quants: Int8Array; scales: Float32Array } {
  const into = { quants: new Int8Array(rows * columns), scales: new Float32Array(rows) };
  let first = 0;
  for (const tensor of tensors) {
    for (const piece of data.floatRows(tensor)) {
      packColumns(piece, columns, first, rows, into);
      first += piece.length / columns;
    }
  }
  return into;
}

export const bytesOf = (array: Float32Array | Int8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
