import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, type Llama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GEOMETRIES, type Geometry } from '../../../src/core/model.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { importSafetensors } from '../../../src/models/huggingface/import.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import {
  type FolderOptions,
  writeByteLevelTokenizer,
  writeHuggingFaceFolder,
  writeSentencePieceTokenizer,
} from '../../helpers/huggingface-folder.js';
import { sharedFile } from '../../helpers/shared.js';

const root = mkdtempSync(join(tmpdir(), 'r1-import-'));
let llama: Llama;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 0 });
});
afterAll(async () => {
  await llama.dispose();
  rmSync(root, { recursive: true, force: true });
});

async function tokensOf(path: string, texts: readonly string[]): Promise<number[][]> {
  const model = await llama.loadModel({ modelPath: path, vocabOnly: true });
  const tokens = texts.map((text) => [...model.tokenize(text, true)].map(Number));
  await model.dispose();
  return tokens;
}

/** Tensor data by name. */
function weightsOf(path: string): Map<string, Buffer> {
  const bytes = readFileSync(path);
  return new Map(
    readGguf(path).tensors.map(({ name, offset, bytes: size }) => [name, bytes.subarray(offset, offset + size)]),
  );
}

/** bfloat16 is the upper half of a float. */
function cutToBfloat16(bytes: Buffer): Buffer {
  const cut = Buffer.from(bytes);
  for (let i = 0; i < cut.length; i += 4) cut.writeUInt16LE(0, i);
  return cut;
}

const { ropeScaling, ropeBase } = GEOMETRIES['deepseek-r1-distill-llama-8b'];
const llama3: Geometry = {
  ...GEOMETRIES.tiny,
  id: 'llama3',
  architecture: 'llama',
  qkvBias: false,
  ropeScaling,
  ropeBase,
};
const cases: [string, Geometry, FolderOptions][] = [
  ['Qwen2', GEOMETRIES.tiny, { type: 'F32', shards: 1 }],
  ['a tied Qwen2 in three files', { ...GEOMETRIES.tiny, id: 'tied', tied: true }, { type: 'F32', shards: 3 }],
  ['Llama 3 in bfloat16', llama3, { type: 'BF16', shards: 2 }],
];

describe('a Hugging Face folder becomes the GGUF file that it was made of', () => {
  it.each(cases)('%s', async (_name, geometry, options) => {
    const source = join(root, `${geometry.id}.gguf`);
    await synthesizeGguf({ geometry, quant: 'f32', seed: 1, path: source });
    const folder = join(root, geometry.id);
    writeHuggingFaceFolder(folder, source, geometry, options);
    writeByteLevelTokenizer(folder, source);
    const path = join(root, `${geometry.id}-back.gguf`);
    const model = await importSafetensors({ folder, path, type: 'f32' });
    expect(model).toMatchObject({ quant: 'f32', weights: 'trained', name: geometry.id });
    expect(model.geometry).toEqual((await inspectGguf(source)).geometry);
    const [ours, theirs] = [weightsOf(path), weightsOf(source)];
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    const asStored = options.type === 'BF16' ? cutToBfloat16 : (bytes: Buffer): Buffer => bytes;
    for (const [name, bytes] of ours)
      expect(bytes.equals(name === 'rope_freqs.weight' ? theirs.get(name)! : asStored(theirs.get(name)!)), name).toBe(
        true,
      );
    const texts = ['Hello the world', '你好 <think>', '2024 it’s\n\n fine', '<｜User｜>'];
    expect(await tokensOf(path, texts)).toEqual(await tokensOf(source, texts));
  });
});

const stories = sharedFile('models/stories260K-f32.gguf');
const text = sharedFile('models/eval-stories.txt');
describe.skipIf(!stories || !text)('stories260K as a Hugging Face folder', () => {
  it('comes back with its weights and its SentencePiece tokenizer', async () => {
    const folder = join(root, 'stories');
    const shape = (await inspectGguf(stories!)).geometry;
    writeHuggingFaceFolder(folder, stories!, shape, { type: 'F32', shards: 1 });
    writeSentencePieceTokenizer(folder, stories!);
    const path = join(root, 'stories.gguf');
    await importSafetensors({ folder, path, type: 'f32' });
    const [ours, theirs] = [weightsOf(path), weightsOf(stories!)];
    for (const [name, bytes] of ours) expect(bytes.equals(theirs.get(name)!), name).toBe(true);
    const paragraphs = readFileSync(text!, 'utf8').split('\n\n');
    expect(await tokensOf(path, paragraphs)).toEqual(await tokensOf(stories!, paragraphs));
  });
});
