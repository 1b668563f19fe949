import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error The benchmarks are plain JavaScript.
import { withGroupQueryAttention } from '../../../bench/onnx-gqa-graph.mjs';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import { numberOf } from '../../../src/formats/gguf/value.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import { inspectOnnxFolder } from '../../../src/models/onnx/inspect.js';
import { resolveModel } from '../../../src/models/resolve.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { createOnnxEngine } from '../../../src/runners/onnx/index.js';
import { configOf, writeByteLevelTokenizer } from '../../helpers/huggingface-folder.js';
import { bytes, message, number } from '../../helpers/onnx-graph.js';
import { relativeError } from '../../helpers/raw-decoder.js';

/**
 * Folders as onnx-community and onnxruntime-genai publish them: GroupQueryAttention, an attention mask, the whole cache in
 * and out, external data, tokenizer.json, and one of two configs. They must say what our own decoder of the weights says.
 */
let root: string;
let own: ModelFile;
let expected: Awaited<ReturnType<typeof readingOf>>;
let ends: { bos_token_id: number; eos_token_id: number[] };
const tiny = GEOMETRIES.tiny;
const PROMPT = 'How many legs have 3 chickens and 4 rabbits?';

/** Tokens and their logits: in one go, then one by one. */
async function readingOf(model: ModelFile): Promise<{ tokens: number[]; rows: Float32Array[] }> {
  const candidate = baseCandidate('onnx', model.quant, 1);
  const session = await createOnnxEngine().load({ model, candidate, contextTokens: 256, sequences: 1 });
  const { bosToken, eosTokens } = session.describe();
  const tokens = [bosToken!, ...session.tokenize(PROMPT, { special: false }), ...eosTokens];
  const sequence = session.openSequence();
  const rows = await sequence.logits(tokens);
  for (const token of tokens.slice(0, 16)) rows.push(...(await sequence.logits([token])));
  await session.dispose();
  return { tokens, rows };
}

/** Int8 activations amplify the rounding of two ways to sum attention. */
async function expectSame(model: ModelFile): Promise<void> {
  const { tokens, rows } = await readingOf(model);
  expect(tokens).toEqual(expected.tokens);
  expect(relativeError(rows, expected.rows)).toBeLessThan(2e-2);
}

/** The weights and graph of `own` under the names of an export. */
function writeExport(folder: string, graph: string): void {
  mkdirSync(join(folder, graph, '..'), { recursive: true });
  writeFileSync(join(folder, graph), withGroupQueryAttention(readFileSync(own.path), own.geometry, 512, 'mask'));
  copyFileSync(join(own.path, '..', 'model.onnx.data'), join(folder, graph, '..', 'model.onnx.data'));
  writeByteLevelTokenizer(folder, join(root, 'tiny.gguf'));
  rmSync(join(folder, 'tokenizer_config.json'));
}

function writeCommunityFolder(folder: string): void {
  writeExport(folder, 'onnx/model_q4.onnx');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...configOf(tiny), ...ends }));
}

/** A second part of the graph, which protobuf adds to the first: our graphs name their matrices otherwise. */
function namedMatrix(name: string, rows: number): Buffer {
  const dims = [rows, tiny.hidden / 32, 16];
  const content = bytes(9, Buffer.alloc(dims.reduce((a, b) => a * b)));
  return message(7, message(5, ...dims.map((dim) => number(1, dim)), number(2, 2), bytes(8, name), content));
}

function writeGenaiFolder(folder: string, change: Record<string, unknown> = {}): void {
  writeExport(folder, 'model.onnx');
  appendFileSync(join(folder, 'model.onnx'), namedMatrix('model.layers.0.mlp.gate_proj.MatMul.weight_Q4', tiny.ffn));
  appendFileSync(join(folder, 'model.onnx'), namedMatrix('lm_head.MatMul.weight_Q4', tiny.vocab));
  const decoder = {
    filename: 'model.onnx',
    head_size: tiny.headDim,
    hidden_size: tiny.hidden,
    num_attention_heads: tiny.heads,
    num_hidden_layers: tiny.layers,
    num_key_value_heads: tiny.kvHeads,
    inputs: { input_ids: 'input_ids', past_key_names: 'past_key_values.%d.key' },
  };
  const model = { type: 'qwen2', context_length: 2048, vocab_size: tiny.vocab, ...ends, decoder, ...change };
  writeFileSync(join(folder, 'genai_config.json'), JSON.stringify({ model, search: { max_length: 2048 } }));
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'r1tune-published-'));
  const source = join(root, 'tiny.gguf');
  await synthesizeGguf({ geometry: tiny, quant: 'q4_0', seed: 1, path: source });
  own = await convertToOnnx({ source, level: 'int4', folder: join(root, 'own') });
  const { metadata } = readGguf(source);
  const id = (name: string): number => numberOf(metadata, `tokenizer.ggml.${name}_token_id`)!;
  ends = { bos_token_id: id('bos'), eos_token_id: [id('eos')] };
  expected = await readingOf(own);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));

describe('a published folder', () => {
  it('of onnx-community is found by --model and says what our decoder says', async () => {
    const folder = join(root, 'community');
    writeCommunityFolder(folder);
    const home = join(root, 'home');
    const { files } = await resolveModel(folder, { home, backends: ['onnx'], threads: 1 });
    expect(files).toMatchObject([
      { backend: 'onnx', model: { quant: 'int4', geometryId: 'tiny', weights: 'trained' } },
    ]);
    await expectSame(files[0]!.model);
  }, 60_000);

  it('of onnxruntime-genai needs no config.json', async () => {
    const folder = join(root, 'genai');
    writeGenaiFolder(folder);
    const [model] = inspectOnnxFolder(folder);
    expect(model).toMatchObject({ quant: 'int4', geometryId: 'tiny', contextLength: 2048, parameters: own.parameters });
    await expectSame(model!);
  }, 60_000);

  it('of links into a store of blobs, as the Hugging Face cache keeps them, runs too', async () => {
    const folder = join(root, 'linked');
    writeGenaiFolder(folder);
    for (const name of ['model.onnx', 'model.onnx.data']) {
      renameSync(join(folder, name), join(root, `blob-${name}`));
      symlinkSync(join(root, `blob-${name}`), join(folder, name));
    }
    await expectSame(inspectOnnxFolder(folder)[0]!);
  }, 60_000);

  it('of another architecture, or with a damaged config, is one clear error', () => {
    const folder = join(root, 'odd');
    writeGenaiFolder(folder, { type: 'mamba' });
    const code = (name: string, words: RegExp) =>
      expect.objectContaining({ code: name, message: expect.stringMatching(words) });
    expect(() => inspectOnnxFolder(folder)).toThrow(
      code('MODEL_UNSUPPORTED', /"mamba"; expected qwen2 or qwen3 or llama/),
    );
    writeGenaiFolder(folder, { vocab_size: 'many' });
    expect(() => inspectOnnxFolder(folder)).toThrow(code('MODEL_INVALID', /vocab_size/));
    writeFileSync(join(folder, 'genai_config.json'), '{');
    expect(() => inspectOnnxFolder(folder)).toThrow(code('MODEL_INVALID', /genai_config\.json.*JSON/));
  });
});
