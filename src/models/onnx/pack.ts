/**
 * Weight layouts of ONNX Runtime's quantized operators (docs/ContribOperators.md, MatMulNBits): rows of blocks, in 4 bits two
 * neighbours a byte with the first in the low half; zero is 8, or 128 in 8 bits.
 */

export type Bits = 4 | 8;
/** Packed rows and one scale a block. */
export type Packed = { quants: Uint8Array; scales: Float32Array };

/** Weights below this are zeros: their scale would not be a normal float. */
const NEGLIGIBLE = 2 ** -100;

export const blocksOf = (columns: number, block: number): number => Math.ceil(columns / block);
export const packedBytes = (columns: number, bits: Bits, block: number): number =>
  (blocksOf(columns, block) * block * bits) / 8;

/** Quantizes whole rows of floats. The 4-bit rule is that of GGUF's Q4_0, the 8-bit rule that of Q8_0. */
export function packRows(weights: Float32Array, columns: number, bits: Bits, block: number, into: Packed): void {
  const rows = weights.length / columns;
  const blocks = blocksOf(columns, block);
  const packBlock = bits === 4 ? pack4 : pack8;
  into.quants.fill(bits === 4 ? 0x88 : 128, 0, rows * packedBytes(columns, bits, block));
  for (let row = 0, index = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++, index++) {
      const start = row * columns + b * block;
      const end = Math.min(start + block, (row + 1) * columns);
      into.scales[index] = packBlock(weights, start, end, into.quants, (index * block * bits) / 8);
    }
  }
}

function pack4(weights: Float32Array, start: number, end: number, quants: Uint8Array, at: number): number {
  let extreme = 0;
  for (let i = start; i < end; i++) if (Math.abs(weights[i]!) > Math.abs(extreme)) extreme = weights[i]!;
  const scale = Math.abs(extreme) < NEGLIGIBLE ? 0 : Math.fround(extreme / -8);
  const factor = scale === 0 ? 0 : 1 / scale;
  for (let i = start; i < end; i += 2) {
    const low = Math.min(15, Math.floor(weights[i]! * factor + 8.5));
    const high = i + 1 < end ? Math.min(15, Math.floor(weights[i + 1]! * factor + 8.5)) : 8;
    quants[at++] = low | (high << 4);
  }
  return scale;
}

function pack8(weights: Float32Array, start: number, end: number, quants: Uint8Array, at: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  const scale = largest < NEGLIGIBLE ? 0 : Math.fround(largest / 127);
  const factor = scale === 0 ? 0 : 1 / scale;
  for (let i = start; i < end; i++) quants[at++] = Math.round(weights[i]! * factor) + 128;
  return scale;
}

/** GGUF Q4_0 has weight j and j + 16 of a block in one byte; the values stay the same. */
export function repackQ4_0(raw: Buffer, half: Float32Array, into: Packed): void {
  for (let from = 0, to = 0, index = 0; from < raw.length; from += 18, to += 16, index++) {
    into.scales[index] = half[raw[from]! | (raw[from + 1]! << 8)]!;
    for (let i = 0; i < 8; i++) {
      const first = raw[from + 2 + 2 * i]!;
      const second = raw[from + 3 + 2 * i]!;
      into.quants[to + i] = (first & 15) | ((second & 15) << 4);
      into.quants[to + 8 + i] = (first >> 4) | (second & 0xf0);
    }
  }
}

/** GGUF Q8_0 is signed, ONNX Runtime's bytes are shifted by 128; the values stay the same. */
export function repackQ8_0(raw: Buffer, half: Float32Array, into: Packed): void {
  for (let from = 0, to = 0, index = 0; from < raw.length; from += 34, to += 32, index++) {
    into.scales[index] = half[raw[from]! | (raw[from + 1]! << 8)]!;
    for (let i = 0; i < 32; i++) into.quants[to + i] = raw[from + 2 + i]! ^ 0x80;
  }
}

/**
 * One scale for each output, and the matrix transposed as DynamicQuantizeMatMul wants it: `quants` is [columns, outputs].
 * `weights` are the rows of outputs `first`, `first + 1`, …
 */
export function packColumns(
  weights: Float32Array,
  columns: number,
  first: number,
  outputs: number,
  into: { quants: Int8Array; scales: Float32Array },
): void {
  const rows = weights.length / columns;
  const factors = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) largest = Math.max(largest, Math.abs(weights[i]!));
    into.scales[first + row] = largest < NEGLIGIBLE ? 1 : largest / 127;
    factors[row] = largest < NEGLIGIBLE ? 0 : 1 / into.scales[first + row]!;
  }
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++)
      into.quants[column * outputs + first + row] = Math.round(weights[row * columns + column]! * factors[row]!);
}
