import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GEOMETRIES } from '../../../../src/core/model.js';
import { FILE_TYPES } from '../../../../src/formats/gguf/types.js';
import { fileSha256 } from '../../../../src/models/file-hash.js';
import { type ResolveOptions, resolveModel } from '../../../../src/models/resolve.js';
import { synthesizeGguf } from '../../../../src/models/synthesize.js';
import { sha256 } from '../../../helpers/hub-server.js';
import { writeByteLevelTokenizer, writeHuggingFaceFolder } from '../../../helpers/huggingface-folder.js';

const root = mkdtempSync(join(tmpdir(), 'r1-resolve-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const home = join(root, 'home');
const geometry = { ...GEOMETRIES.tiny, layers: 1 };
const file = (quant: string): string => join(root, `model-${quant}.gguf`);

beforeAll(async () => {
  for (const quant of ['q4_0', 'q8_0', 'f16', 'f32'] as const)
    await synthesizeGguf({ geometry, quant, seed: 1, path: file(quant) });
});

const resolve = (spec: string | undefined, options: Partial<ResolveOptions> = {}) =>
  resolveModel(spec, { home, backends: ['llama-cpp', 'onnx'], threads: 1, ...options });
const levels = ({ files }: Awaited<ReturnType<typeof resolve>>): string[] =>
  files.map(({ backend, model }) => `${backend} ${model.quant}`);

describe('--model', () => {
  it('synthetic:GEOMETRY is made once and found again', async () => {
    const steps: string[] = [];
    const first = await resolve('synthetic:tiny', { onStep: (what) => steps.push(what) });
    expect(levels(first)).toEqual(['llama-cpp q4_0', 'llama-cpp q8_0', 'onnx int4', 'onnx int8']);
    expect(first.files.every(({ model }) => /^[0-9a-f]{64}$/.test(model.sha256!))).toBe(true);
    expect(first.files.every(({ model }) => model.weights === 'random' && model.geometryId === 'tiny')).toBe(true);
    expect(steps.some((what) => what.includes('synthetic tiny'))).toBe(true);
    steps.length = 0;
    expect(await resolve('synthetic:tiny', { onStep: (what) => steps.push(what) })).toEqual(first);
    expect(steps).toEqual([]);
  });

  it('synthetic:GEOMETRY of another seed is another file', async () => {
    const [a, b] = [
      await resolve('synthetic:tiny', { quants: ['q4_0'] }),
      await resolve('synthetic:tiny', { quants: ['q4_0'], seed: 2 }),
    ];
    expect(a.files[0]!.model.sha256).not.toBe(b.files[0]!.model.sha256);
    expect(a.files[0]!.model.path).not.toBe(b.files[0]!.model.path);
  });

  it('synthetic ONNX levels hold the weights of their GGUF twins', async () => {
    const { files } = await resolve('synthetic:tiny', {
      quants: ['fp32', 'int4-b128', 'int8-dynamic'],
      backends: ['onnx'],
    });
    expect(files.map(({ model }) => model.quant)).toEqual(['fp32', 'int4-b128', 'int8-dynamic']);
  });

  it('a quantized file offers itself and its exact twin', async () => {
    expect(levels(await resolve(file('q4_0')))).toEqual(['llama-cpp q4_0', 'onnx int4']);
    expect(levels(await resolve(file('q8_0')))).toEqual(['llama-cpp q8_0', 'onnx int8']);
    expect(levels(await resolve(file('q8_0'), { backends: ['llama-cpp'] }))).toEqual(['llama-cpp q8_0']);
  });

  it('a quantized file does not offer what would lose quality twice, and says why', async () => {
    const resolved = await resolve(file('q4_0'), { quants: ['q8_0', 'int8', 'fp32', 'q4_0'] });
    expect(levels(resolved)).toEqual(['onnx fp32', 'llama-cpp q4_0']);
    expect(resolved.missing.map(({ quant, reason }) => `${quant}: ${reason}`)).toEqual([
      'q8_0: q8_0 needs an f32, f16 or bf16 GGUF file, and there is only q4_0',
      'int8: int8 needs an f32, f16 or bf16 GGUF file (or q8_0), and there is only q4_0',
    ]);
  });

  it('a file without an exact twin offers its weights as floats', async () => {
    const other = join(root, 'model-q6_k.gguf');
    const bytes = readFileSync(file('q8_0'));
    const key = 'general.file_type';
    bytes.writeUInt32LE(FILE_TYPES.q6_k, bytes.indexOf(key) + key.length + 4);
    writeFileSync(other, bytes);
    expect(levels(await resolve(other))).toEqual(['llama-cpp q6_k', 'onnx fp32']);
    expect(levels(await resolve(other, { backends: ['llama-cpp'] }))).toEqual(['llama-cpp q6_k']);
  });

  it('what would not fit in memory is not made unless it is asked for', async () => {
    const roomBytes = statSync(file('q8_0')).size;
    const resolved = await resolve(file('f16'), { roomBytes, backends: ['onnx'] });
    expect(levels(resolved)).toEqual(['onnx int4']);
    expect(resolved.missing).toEqual([
      { backend: 'onnx', quant: 'int8', reason: expect.stringMatching(/^int8 would take .* that may be used/) },
    ]);
    expect(levels(await resolve(file('q4_0'), { roomBytes, quants: ['fp32'] }))).toEqual(['onnx fp32']);
  });

  it('a backend that has nothing to run is not dropped in silence', async () => {
    const made = (await resolve(file('q8_0'), { backends: ['onnx'] })).files[0]!.model.path;
    const resolved = await resolve(made);
    expect(levels(resolved)).toEqual(['onnx int8']);
    expect(resolved.missing).toEqual([
      { backend: 'llama-cpp', quant: 'auto', reason: 'llama.cpp needs a GGUF file, and there is only int8 (onnx)' },
    ]);
  });

  it('a file whose every level is impossible is an error with the reasons', async () => {
    const attempt = resolve(file('q4_0'), { quants: ['q8_0', 'q6_k'] });
    await expect(attempt).rejects.toMatchObject({
      code: 'QUANT_MISSING',
      message: expect.stringContaining('q6_k needs'),
    });
  });

  it('a folder offers all its files, and makes others from the best of them', async () => {
    const folder = join(root, 'several');
    mkdirSync(folder);
    for (const quant of ['q4_0', 'q8_0', 'f16']) copyFileSync(file(quant), join(folder, `model-${quant}.gguf`));
    expect(levels(await resolve(folder, { quants: ['q4_0', 'q8_0', 'f16'] }))).toEqual([
      'llama-cpp q4_0',
      'llama-cpp q8_0',
      'llama-cpp f16',
    ]);
    const { files } = await resolve(folder, { quants: ['int4', 'int8-dynamic'] });
    expect(files[0]!.model.path).toContain('model-q4_0-');
    expect(files[1]!.model.path).toContain('model-f16-');
  });

  it('an ONNX folder or its graph offers that level', async () => {
    const { files } = await resolve(file('q8_0'), { backends: ['onnx'] });
    const graph = files[0]!.model.path;
    expect(levels(await resolve(graph))).toEqual(['onnx int8']);
    expect(levels(await resolve(join(graph, '..')))).toEqual(['onnx int8']);
    await expect(resolve(graph, { backends: ['llama-cpp'] })).rejects.toMatchObject({ code: 'QUANT_MISSING' });
  });

  it('a Hugging Face folder becomes GGUF on the way', async () => {
    const folder = join(root, 'original');
    writeHuggingFaceFolder(folder, file('f32'), geometry, { type: 'F32', shards: 1 });
    writeByteLevelTokenizer(folder, file('f32'));
    const resolved = await resolve(folder, { quants: ['f16', 'int8'] });
    expect(levels(resolved)).toEqual(['llama-cpp f16', 'onnx int8']);
    expect(resolved.files[0]!.model.weights).toBe('trained');
  });

  it('none is the pulled 1.5B when it is on disk, and its synthetic twin else', async () => {
    const elsewhere = join(root, 'empty-home');
    const small = { quants: ['q9'], home: elsewhere };
    // The level does not exist: nothing is made, but the message names the source that was chosen.
    await expect(resolve(undefined, small)).rejects.toMatchObject({ code: 'USAGE' });
    const pulled = join(elsewhere, 'models', 'deepseek-r1-distill-qwen-1.5b');
    mkdirSync(pulled, { recursive: true });
    copyFileSync(file('q4_0'), join(pulled, 'model.gguf'));
    expect((await resolve(undefined, { home: elsewhere })).id).toBe('deepseek-r1-distill-qwen-1.5b');
    expect(levels(await resolve('deepseek-r1-distill-qwen-1.5b', { home: elsewhere }))).toContain('llama-cpp q4_0');
  });

  it.each([
    ['no/such/file.gguf', {}, 'MODEL_NOT_FOUND', 'synthetic:GEOMETRY'],
    ['synthetic:gpt-5', {}, 'MODEL_NOT_FOUND', 'qwen2-0.5b'],
    ['deepseek-r1-distill-qwen-7b', {}, 'MODEL_NOT_FOUND', 'has not been pulled'],
    ['synthetic:tiny', { quants: ['q99'] }, 'USAGE', 'int8-dynamic'],
    ['synthetic:tiny', { quants: ['int4'], backends: ['llama-cpp' as const] }, 'USAGE', '--backend asks for llama-cpp'],
  ])('%s is refused', async (spec, options, code, words) => {
    await expect(resolve(spec, options)).rejects.toMatchObject({ code });
    await expect(resolve(spec, options)).rejects.toThrow(words);
  });

  it('an empty folder is refused', async () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    await expect(resolve(empty)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('holds no'),
    });
  });

  it('a damaged file in the folder is named, not skipped', async () => {
    const folder = join(root, 'damaged');
    mkdirSync(folder);
    copyFileSync(file('q4_0'), join(folder, 'good.gguf'));
    writeFileSync(join(folder, 'bad.gguf'), 'GGUF');
    await expect(resolve(folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('bad.gguf'),
    });
  });
});

describe('the hash of a file', () => {
  it('is computed once, and again when the file has changed', async () => {
    const path = join(root, 'hashed');
    writeFileSync(path, 'one');
    const shares: number[] = [];
    const options = { onProgress: (share: number) => shares.push(share) };
    expect(await fileSha256(path, home, options)).toBe(sha256(Buffer.from('one')));
    expect(await fileSha256(path, home, options)).toBe(sha256(Buffer.from('one')));
    expect(shares).toEqual([1]);
    const { atime } = statSync(path);
    writeFileSync(path, 'two');
    utimesSync(path, atime, new Date(Date.now() + 5000));
    expect(await fileSha256(path, home, options)).toBe(sha256(Buffer.from('two')));
    expect(shares).toEqual([1, 1]);
  });

  it('survives a damaged memory of it', async () => {
    const path = join(root, 'hashed-too');
    writeFileSync(path, 'three');
    await fileSha256(path, home);
    const hashes = join(home, 'hashes');
    for (const name of readdirSync(hashes)) writeFileSync(join(hashes, name), '{"path":');
    expect(await fileSha256(path, home)).toBe(sha256(Buffer.from('three')));
    expect(existsSync(hashes)).toBe(true);
  });
});
