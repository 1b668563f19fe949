import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/formats/gguf/read.js';
import { TENSOR_TYPES, type TensorType, tensorBytes } from '../../../../src/formats/gguf/types.js';
import {
  bool,
  float32,
  type GgufValue,
  int32Array,
  numbersOf,
  text,
  textArray,
  textsOf,
  uint32,
} from '../../../../src/formats/gguf/value.js';
import { writeGguf } from '../../../../src/formats/gguf/write.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-gguf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'model.gguf');

const value: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.string({ unit: 'binary' }).map(text),
  fc.nat().map(uint32),
  fc.float({ noNaN: true }).map(float32),
  fc.boolean().map(bool),
  fc.array(fc.string({ unit: 'binary' })).map(textArray),
  fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).map(int32Array),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v): GgufValue => ({ type: 'int64', value: v })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((v): GgufValue => ({ type: 'uint64', value: v })),
  fc.integer({ min: -128, max: 127 }).map((v): GgufValue => ({ type: 'int8', value: v })),
  fc.integer({ min: 0, max: 65535 }).map((v): GgufValue => ({ type: 'uint16', value: v })),
  fc.double({ noNaN: true }).map((v): GgufValue => ({ type: 'float64', value: v })),
);

const tensorPlan = fc.record({
  type: fc.constantFrom(...(Object.keys(TENSOR_TYPES) as TensorType[])),
  blocks: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 4 }),
  fill: fc.integer({ min: 0, max: 255 }),
});

/** 64-bit integers come back as numbers when a double holds them. */
const comparable = (v: GgufValue): unknown =>
  v.type === 'array'
    ? { ...v, bytes: v.bytes.toString('hex') }
    : { ...v, value: typeof v.value === 'boolean' ? v.value : String(v.value) };

describe('a written GGUF file', () => {
  it('reads back with the same metadata and tensor bytes', async () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), value), {
      selector: ([key]) => key,
      maxLength: 8,
    });
    const property = fc.asyncProperty(entries, fc.array(tensorPlan, { maxLength: 5 }), async (metadata, plans) => {
      const kept = metadata.filter(([key]) => key !== 'general.alignment');
      const tensors = plans.map(({ type, blocks, rows, fill }, i) => {
        const dims = [blocks * TENSOR_TYPES[type].block, rows];
        const bytes = Buffer.alloc(tensorBytes(type, dims[0]! * rows), fill);
        return { name: `t${i}`, type, dims, bytes, chunks: () => [bytes] };
      });
      const { sizeBytes } = await writeGguf(path, new Map(kept), tensors);
      const read = readGguf(path);
      const file = readFileSync(path);
      expect(file.length).toBe(sizeBytes);
      expect([...read.metadata].map(([k, v]) => [k, comparable(v)])).toEqual(kept.map(([k, v]) => [k, comparable(v)]));
      expect(read.tensors.map(({ name, type, dims }) => ({ name, type, dims }))).toEqual(
        tensors.map(({ name, type, dims }) => ({ name, type, dims })),
      );
      for (const [i, tensor] of read.tensors.entries()) {
        expect(tensor.offset % 32).toBe(0);
        expect(file.subarray(tensor.offset, tensor.offset + tensor.bytes).equals(tensors[i]!.bytes)).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('decodes arrays on demand', async () => {
    const words = ['', 'Ġthe', '你好', '\u{1f600}'];
    await writeGguf(
      path,
      new Map([
        ['words', textArray(words)],
        ['numbers', int32Array([-1, 0, 7])],
      ]),
      [],
    );
    const { metadata } = readGguf(path);
    expect(textsOf(metadata, 'words')).toEqual(words);
    expect(numbersOf(metadata, 'numbers')).toEqual([-1, 0, 7]);
    expect(textsOf(metadata, 'numbers')).toBeUndefined();
    expect(numbersOf(metadata, 'absent')).toBeUndefined();
  });

  it('has a header of 152,000 tokens read in well under a second', async () => {
    const tokens = Array.from({ length: 151_936 }, (_, i) => `Ġtoken${i}`);
    await writeGguf(
      path,
      new Map([
        ['tokenizer.ggml.tokens', textArray(tokens)],
        ['merges', textArray(tokens)],
      ]),
      [],
    );
    const start = performance.now();
    readGguf(path);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
