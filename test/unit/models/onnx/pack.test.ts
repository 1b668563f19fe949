import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockDecoder } from '../../../../src/formats/blocks/decode.js';
import { halfTable } from '../../../../src/formats/blocks/half.js';
import { encodeQ4_0, encodeQ8_0 } from '../../../../src/formats/blocks/quantize.js';
import {
  type Bits,
  blocksOf,
  type Packed,
  packColumns,
  packedBytes,
  packRows,
  repackQ4_0,
  repackQ8_0,
} from '../../../../src/models/onnx/pack.js';

const emptyPacked = (rows: number, columns: number, bits: Bits, block: number): Packed => ({
  quants: new Uint8Array(rows * packedBytes(columns, bits, block)),
  scales: new Float32Array(rows * blocksOf(columns, block)),
});

/** What MatMulNBits computes with, written from its documentation alone. */
function unpack({ quants, scales }: Packed, rows: number, columns: number, bits: Bits, block: number): number[] {
  const blocks = blocksOf(columns, block);
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const b = row * blocks + Math.floor(column / block);
    const at = b * block + (column % block);
    const level = bits === 8 ? quants[at]! - 128 : ((quants[at >> 1]! >> (4 * (at & 1))) & 15) - 8;
    return level * scales[b]!;
  });
}

const matrix = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 150 }),
    scale: fc.integer({ min: -8, max: 4 }),
  })
  .chain(({ rows, columns, scale }) =>
    fc
      .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => ({ rows, columns, weights: Float32Array.from(values, (value) => value * 2 ** scale) })),
  );

describe('packing rows', () => {
  it.each([
    [4, 32],
    [4, 128],
    [8, 32],
  ] as [Bits, number][])('in %d bits and blocks of %d stays within the step of each block', (bits, block) => {
    fc.assert(
      fc.property(matrix, ({ rows, columns, weights }) => {
        const packed = emptyPacked(rows, columns, bits, block);
        packRows(weights, columns, bits, block, packed);
        const back = unpack(packed, rows, columns, bits, block);
        back.forEach((value, i) => {
          const b = Math.floor(i / columns) * blocksOf(columns, block) + Math.floor((i % columns) / block);
          // Four bits reach −8 … 7: the value opposite the extreme one may lose a whole step.
          const step = Math.abs(packed.scales[b]!) * (bits === 4 ? 1.001 : 0.501);
          expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(step + 1e-30);
        });
      }),
    );
  });

  it('pads the last block with zeros', () => {
    const packed = emptyPacked(1, 33, 4, 32);
    packRows(new Float32Array(33).fill(1), 33, 4, 32, packed);
    expect([...packed.quants.subarray(17)]).toEqual(new Array(15).fill(0x88));
  });
});

describe('repacking GGUF blocks', () => {
  const blocks = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 96, maxLength: 96 });

  it('changes no weight of Q4_0', () => {
    fc.assert(
      fc.property(blocks, (values) => {
        const raw = Buffer.alloc(3 * 18);
        encodeQ4_0(Float32Array.from(values), 96, raw);
        const exact = new Float32Array(96);
        blockDecoder('q4_0')!(raw, exact);
        const packed = emptyPacked(1, 96, 4, 32);
        repackQ4_0(raw, halfTable(), packed);
        expect(unpack(packed, 1, 96, 4, 32).map((value) => value + 0)).toEqual([...exact].map((value) => value + 0));
      }),
    );
  });

  it('changes no weight of Q8_0', () => {
    fc.assert(
      fc.property(blocks, (values) => {
        const raw = Buffer.alloc(3 * 34);
        encodeQ8_0(Float32Array.from(values), 96, raw);
        const exact = new Float32Array(96);
        blockDecoder('q8_0')!(raw, exact);
        const packed = emptyPacked(1, 96, 8, 32);
        repackQ8_0(raw, halfTable(), packed);
        expect(unpack(packed, 1, 96, 8, 32).map((value) => Math.fround(value) + 0)).toEqual(
          [...exact].map((value) => value + 0),
        );
      }),
    );
  });
});

describe('packing columns', () => {
  it('transposes and keeps each output within half a step, in any cut', () => {
    fc.assert(
      fc.property(matrix, fc.nat(3), ({ rows, columns, weights }, cut) => {
        const into = { quants: new Int8Array(rows * columns), scales: new Float32Array(rows) };
        const first = Math.min(cut, rows);
        for (const [from, to] of [
          [0, first],
          [first, rows],
        ] as const)
          packColumns(weights.subarray(from * columns, to * columns), columns, from, rows, into);
        weights.forEach((weight, i) => {
          const [row, column] = [Math.floor(i / columns), i % columns];
          const back = into.quants[column * rows + row]! * into.scales[row]!;
          expect(Math.abs(back - weight)).toBeLessThanOrEqual(0.501 * into.scales[row]!);
        });
      }),
    );
  });
});
