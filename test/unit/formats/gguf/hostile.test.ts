import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { R1Error } from '../../../../src/core/errors.js';
import { GEOMETRIES } from '../../../../src/core/model.js';
import { readGguf } from '../../../../src/formats/gguf/read.js';
import { bool, int32Array, text, uint32 } from '../../../../src/formats/gguf/value.js';
import { writeGguf } from '../../../../src/formats/gguf/write.js';
import { inspectGguf } from '../../../../src/models/gguf/inspect.js';
import { synthesizeGguf } from '../../../../src/models/synthesize.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-gguf-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const good = join(folder, 'good.gguf');
const bad = join(folder, 'bad.gguf');
let bytes: Buffer;

beforeAll(async () => {
  const geometry = { ...GEOMETRIES.tiny, layers: 1 };
  await synthesizeGguf({ geometry, quant: 'q4_0', seed: 1, path: good });
  bytes = readFileSync(good);
});

async function errorOf(content: Buffer): Promise<R1Error> {
  writeFileSync(bad, content);
  const error = await inspectGguf(bad).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(R1Error);
  return error as R1Error;
}

function u64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer;
}
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const header = (tensors: bigint, keys: bigint, ...rest: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(keys), ...rest]);
const key = (name: string): Buffer => Buffer.concat([u64(BigInt(name.length)), Buffer.from(name)]);

describe('a damaged GGUF file', () => {
  it('is refused at every length short of the whole, by name', async () => {
    const { tensors } = readGguf(good);
    const end = Math.max(...tensors.map(({ offset, bytes: size }) => offset + size));
    for (const length of [0, 3, 4, 8, 23, 24, 100, 1000, 12_345, Math.floor(end / 2), end - 1]) {
      const error = await errorOf(bytes.subarray(0, length));
      expect(error.code).toBe('MODEL_INVALID');
      expect(error.message).toContain(bad);
      expect(error.message).toContain('expected');
    }
  });

  it('never crashes, hangs or passes with an exception of another kind when bytes change', async () => {
    const flips = fc.array(fc.tuple(fc.nat(30_000), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(flips, async (changes) => {
      const copy = Buffer.from(bytes);
      for (const [at, to] of changes) copy[at] = to;
      writeFileSync(bad, copy);
      await inspectGguf(bad).catch((error: unknown) => expect(error).toBeInstanceOf(R1Error));
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it.each([
    ['another format', () => Buffer.from('PK\x03\x04 this is a zip'), 'MODEL_INVALID', 'GGUF'],
    [
      'a future version',
      () => Buffer.concat([Buffer.from('GGUF'), u32(9), Buffer.alloc(64)]),
      'MODEL_UNSUPPORTED',
      'version 9',
    ],
    [
      'big-endian',
      () => Buffer.concat([Buffer.from('GGUF\0\0\0\x03'), Buffer.alloc(64)]),
      'MODEL_UNSUPPORTED',
      'big-endian',
    ],
    ['2^60 tensors', () => header(2n ** 60n, 0n, Buffer.alloc(64)), 'MODEL_INVALID', 'number of tensors'],
    [
      'a billion keys',
      () => header(0n, 1_000_000_000n, Buffer.alloc(64)),
      'MODEL_INVALID',
      'metadata keys is 1000000000',
    ],
    ['a key of 2^40 bytes', () => header(0n, 1n, u64(2n ** 40n), Buffer.alloc(64)), 'MODEL_INVALID', 'file ends'],
    ['a value type 77', () => header(0n, 1n, key('k'), u32(77), Buffer.alloc(64)), 'MODEL_INVALID', 'type 77'],
    [
      'an array of 2^40 numbers',
      () => header(0n, 1n, key('k'), u32(9), u32(4), u64(2n ** 40n), Buffer.alloc(64)),
      'MODEL_INVALID',
      'length of "k"',
    ],
    [
      'an array of arrays',
      () => header(0n, 1n, key('k'), u32(9), u32(9), u64(1n), Buffer.alloc(64)),
      'MODEL_INVALID',
      'arrays',
    ],
    [
      'a key twice',
      () => header(0n, 2n, key('k'), u32(4), u32(1), key('k'), u32(4), u32(1), Buffer.alloc(64)),
      'MODEL_INVALID',
      'twice',
    ],
    [
      'alignment 3',
      () => header(0n, 1n, key('general.alignment'), u32(4), u32(3), Buffer.alloc(64)),
      'MODEL_INVALID',
      'alignment is 3',
    ],
    [
      'a tensor of 2^62 elements',
      () => header(1n, 0n, key('t'), u32(2), u64(2n ** 31n), u64(2n ** 31n), u32(0), u64(0n), Buffer.alloc(64)),
      'MODEL_INVALID',
      'dimensions',
    ],
    [
      'an unknown tensor type',
      () => header(1n, 0n, key('t'), u32(1), u64(32n), u32(250), u64(0n), Buffer.alloc(64)),
      'MODEL_UNSUPPORTED',
      'type number 250',
    ],
    [
      'a row that is no whole block',
      () => header(1n, 0n, key('t'), u32(1), u64(33n), u32(2), u64(0n), Buffer.alloc(64)),
      'MODEL_INVALID',
      'multiple of 32',
    ],
  ])('%s is refused with what was found', async (_name, content, code, words) => {
    const error = await errorOf(content());
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });
});

describe('a sound GGUF file that is no usable model', () => {
  const write = async (metadata: [string, ReturnType<typeof text>][]): Promise<R1Error> => {
    await writeGguf(good.replace('good', 'odd'), new Map(metadata), []);
    return errorOf(readFileSync(good.replace('good', 'odd')));
  };

  it('of another architecture says what it lacks', async () => {
    const error = await write([['general.architecture', text('mamba')]]);
    expect(error.code).toBe('MODEL_INVALID');
    expect(error.message).toContain('token_embd.weight');
  });

  it('that is one part of several, under a name of its own, says what the name should be', async () => {
    const error = await write([['split.count', uint32(3)]]);
    expect(error.message).toContain('one of 3 parts');
    expect(error.message).toContain('NAME-00001-of-0000N.gguf');
  });

  it('with a vocabulary alone says so', async () => {
    const error = await write([
      ['general.architecture', text('qwen2')],
      ['x', bool(true)],
      ['y', int32Array([1])],
    ]);
    expect(error.message).toContain('vocabulary');
  });

  it('with a tensor missing names it', async () => {
    const at = bytes.indexOf('blk.0.ffn_up.weight');
    const renamed = Buffer.from(bytes);
    renamed.write('blk.0.ffn_xx.weight', at);
    expect((await errorOf(renamed)).message).toContain('blk.0.ffn_up.weight is missing');
  });

  it('that is not there is MODEL_NOT_FOUND', async () => {
    await expect(inspectGguf(join(folder, 'no.gguf'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('that is a folder is refused', async () => {
    await expect(inspectGguf(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
