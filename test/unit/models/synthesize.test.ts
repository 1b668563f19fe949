import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GEOMETRIES, type Geometry, matchGeometry } from '../../../src/core/model.js';
import { fromHalf } from '../../../src/formats/blocks/half.js';
import { type GgufFile, readGguf } from '../../../src/formats/gguf/read.js';
import { textsOf } from '../../../src/formats/gguf/value.js';
import { ropeFactors } from '../../../src/models/rope-factors.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import type { SyntheticType } from '../../../src/models/synthetic/pool.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const geometry = GEOMETRIES.tiny;
async function make(quant: SyntheticType, seed = 1, shape: Geometry = geometry) {
  const path = join(folder, `${shape.id}-${quant}-${seed}.gguf`);
  const model = await synthesizeGguf({ geometry: shape, quant, seed, path });
  return { path, model, file: readGguf(path), bytes: readFileSync(path) };
}
const dataOf = (made: { file: GgufFile; bytes: Buffer }, name: string): Buffer => {
  const { offset, bytes } = made.file.tensors.find((tensor) => tensor.name === name)!;
  return made.bytes.subarray(offset, offset + bytes);
};

describe('a synthetic model', () => {
  it('is the same bytes for the same seed and other bytes for another', async () => {
    const [a, again, other] = [await make('q4_0'), await make('q4_0'), await make('q4_0', 2)];
    expect(a.model.sha256).toBe(again.model.sha256);
    expect(a.bytes.equals(again.bytes)).toBe(true);
    expect(dataOf(a, 'output.weight').equals(dataOf(other, 'output.weight'))).toBe(false);
    // Guards every stored result: a changed generator must be a decision, not an accident.
    expect(a.model.sha256).toBe('b6b14a6f8cff92859316bdd749c107d3d2deb2db2b544da0568a3aaac99b6ba3');
  });

  it('says that its weights are random and what it is', async () => {
    const { model } = await make('q8_0');
    expect(model).toMatchObject({
      weights: 'random',
      quant: 'q8_0',
      geometryId: 'tiny',
      kvBytesPerToken: 2 * 4 * 2 * 64 * 2,
      contextLength: 4096,
    });
    expect(model.geometry).toEqual({ ...geometry, id: undefined });
    expect(model.parameters).toBe(3674368);
  });

  it('holds the same weights in f32 and f16', async () => {
    const [f32, f16] = [await make('f32'), await make('f16')];
    for (const name of ['token_embd.weight', 'blk.3.ffn_down.weight', 'blk.0.attn_k.weight']) {
      const [wide, narrow] = [dataOf(f32, name), dataOf(f16, name)];
      for (let i = 0; i < 20_000; i++) expect(fromHalf(narrow.readUInt16LE(2 * i))).toBe(wide.readFloatLE(4 * i));
    }
  });

  it('rounds the same weights in q8_0 and q4_0', async () => {
    const [f32, q8, q4] = [await make('f32'), await make('q8_0'), await make('q4_0')];
    const name = 'blk.1.ffn_up.weight';
    const [exact, bytes8, bytes4] = [dataOf(f32, name), dataOf(q8, name), dataOf(q4, name)];
    for (let block = 0; block < 500; block++) {
      const scale8 = fromHalf(bytes8.readUInt16LE(block * 34));
      const scale4 = fromHalf(bytes4.readUInt16LE(block * 18));
      for (let i = 0; i < 32; i++) {
        const weight = exact.readFloatLE(4 * (32 * block + i));
        const nibble = (bytes4[block * 18 + 2 + (i % 16)]! >> (i < 16 ? 0 : 4)) & 15;
        expect(Math.abs(bytes8.readInt8(block * 34 + 2 + i) * scale8 - weight)).toBeLessThan(0.57 * Math.abs(scale8));
        expect(Math.abs((nibble - 8) * scale4 - weight)).toBeLessThan(1.02 * Math.abs(scale4));
      }
    }
  });

  it('has no two equal tensors and no two equal rows of the embedding', async () => {
    const made = await make('q4_0');
    const contents = made.file.tensors.map(({ name }) => dataOf(made, name).toString('base64'));
    expect(new Set(contents).size).toBe(contents.length);
    const rows = dataOf(made, 'token_embd.weight');
    const rowBytes = (256 / 32) * 18;
    const distinct = new Set(
      Array.from({ length: 1024 }, (_, i) => rows.toString('base64', i * rowBytes, (i + 1) * rowBytes)),
    );
    expect(distinct.size).toBe(1024);
  });

  it('has weights of the scale that keeps activations near one', async () => {
    const made = await make('f32');
    const bytes = dataOf(made, 'blk.2.ffn_gate.weight');
    const weights = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
    expect(Math.sqrt(variance * 256)).toBeCloseTo(1, 1);
  });

  it('can be a tied Qwen2 and a Llama 3 with its rotary table', async () => {
    const tied = await make('q4_0', 1, { ...geometry, id: 'tied', tied: true });
    expect(tied.model.geometry.tied).toBe(true);
    expect(tied.model.bytesPerToken).toBeGreaterThan(tied.model.sizeBytes * 0.95);
    const { ropeScaling, ropeBase } = GEOMETRIES['deepseek-r1-distill-llama-8b'];
    const llama = await make('q4_0', 1, {
      ...geometry,
      id: 'l',
      architecture: 'llama',
      qkvBias: false,
      ropeScaling,
      ropeBase,
    });
    expect(llama.model.geometry).toMatchObject({
      architecture: 'llama',
      qkvBias: false,
      ropeScaling: { type: 'factors' },
    });
  });

  it('borrows the tokenizer of another file and pads it', async () => {
    const donor = await make('q4_0', 3);
    const path = join(folder, 'borrowed.gguf');
    const wider = { ...geometry, vocab: 1100 };
    await synthesizeGguf({ geometry: wider, quant: 'q4_0', seed: 1, path, vocabularyPath: donor.path });
    const tokens = textsOf(readGguf(path).metadata, 'tokenizer.ggml.tokens')!;
    expect(tokens).toHaveLength(1100);
    expect(tokens[1099]).toBe('[PAD1099]');
    expect(tokens.slice(0, 1024)).toEqual(textsOf(donor.file.metadata, 'tokenizer.ggml.tokens'));
    const narrower = { ...geometry, vocab: 512 };
    const refused = synthesizeGguf({ geometry: narrower, quant: 'q4_0', seed: 1, path, vocabularyPath: donor.path });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a synthetic model that cannot be finished', () => {
  const leftOvers = (): string[] => readdirSync(folder).filter((name) => name.includes('partial'));

  it('says how much the disk lacks', async () => {
    const path = join(folder, 'huge.gguf');
    const request = { geometry: { ...geometry, ffn: 2 ** 31 }, quant: 'f32' as const, seed: 1, path };
    await expect(synthesizeGguf(request)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(leftOvers()).toEqual([]);
  });

  it('leaves nothing when it is aborted', async () => {
    const controller = new AbortController();
    const path = join(folder, 'aborted.gguf');
    const options = { signal: controller.signal, onProgress: () => controller.abort(new Error('stopped')) };
    await expect(synthesizeGguf({ geometry, quant: 'f32', seed: 1, path, ...options })).rejects.toThrow('stopped');
    expect(existsSync(path)).toBe(false);
    expect(leftOvers()).toEqual([]);
  });

  it('says that a folder cannot be written', async () => {
    const blocker = join(folder, 'a-file');
    writeFileSync(blocker, '');
    const path = join(blocker, 'model.gguf');
    await expect(synthesizeGguf({ geometry, quant: 'q4_0', seed: 1, path })).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
    });
  });

  it('cleans up after a process that was killed', async () => {
    const path = join(folder, 'again.gguf');
    writeFileSync(`${path}.partial-999999999`, 'left over');
    await synthesizeGguf({ geometry, quant: 'q4_0', seed: 1, path });
    expect(leftOvers()).toEqual([]);
  });
});

describe('geometries', () => {
  it('are told apart from their shapes alone', () => {
    for (const known of Object.values(GEOMETRIES)) expect(matchGeometry(known)?.id).toBe(known.id);
    expect(matchGeometry({ ...geometry, layers: 5 })).toBeNull();
  });

  it('have KV caches of 28, 56, 192, 256 KiB a token', async () => {
    const { kvBytesPerToken } = await import('../../../src/core/model.js');
    const sizes = ['1.5b', '7b', '14b', '32b'].map((size) =>
      kvBytesPerToken(GEOMETRIES[`deepseek-r1-distill-qwen-${size}` as keyof typeof GEOMETRIES]),
    );
    expect(sizes.map((bytes) => bytes / 1024)).toEqual([28, 56, 192, 256]);
  });

  it('scale long wavelengths of Llama 3.1 by 8 and keep short ones', () => {
    const factors = ropeFactors(GEOMETRIES['deepseek-r1-distill-llama-8b']);
    expect(factors[0]).toBe(1);
    expect(factors[63]).toBe(8);
    expect([...factors].sort((a, b) => a - b)).toEqual(factors);
    expect(factors.some((factor) => factor > 1 && factor < 8)).toBe(true);
  });
});
