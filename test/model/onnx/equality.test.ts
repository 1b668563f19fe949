import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error The benchmarks are plain JavaScript.
import { withGroupQueryAttention } from '../../../bench/onnx-gqa-graph.mjs';
import { type Backend, baseCandidate, type OpenvinoKnobs } from '../../../src/core/candidate.js';
import { GREEDY, type Session } from '../../../src/core/engine.js';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import { tokenTrace } from '../../../src/core/workload.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { measureQuality } from '../../../src/quality/measure-quality.js';
import { createLlamaCppEngine } from '../../../src/runners/llama-cpp/index.js';
import { createOnnxEngine } from '../../../src/runners/onnx/index.js';
import { createOpenvinoEngine } from '../../../src/runners/openvino/index.js';
import { openvinoFolder } from '../../helpers/openvino.js';
import { sharedFile } from '../../helpers/shared.js';

const stories = sharedFile('models/stories260K-f32.gguf');
const openvino = openvinoFolder();
const storiesText = sharedFile('models/eval-stories.txt');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-equality-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of random weights of the Qwen2 kind, small enough for a test. */
async function tinyQwen(): Promise<string> {
  const path = join(folder, 'tiny.gguf');
  await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'f32', seed: 1, path });
  return path;
}

/** Qwen3's kind, with the stretched positions of DeepSeek-R1-0528-Qwen3-8B. */
async function tinyQwen3(): Promise<string> {
  const path = join(folder, 'tiny3.gguf');
  const kind = { architecture: 'qwen3', qkvBias: false, qkNorm: true } as const;
  const ropeScaling = { type: 'yarn', factor: 4, originalContextLength: 64 } as const;
  await synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, ...kind, ropeScaling }, quant: 'f32', seed: 1, path });
  return path;
}

/** Engines in the ways in which they are reached, each with its backend. */
const ENGINES = {
  'llama-cpp': () => createLlamaCppEngine(folder),
  'onnx c-api': () => createOnnxEngine({ access: 'c-api' }),
  'onnx node': () => createOnnxEngine({ access: 'node' }),
  onnx: () => createOnnxEngine(),
  openvino: () => createOpenvinoEngine((name) => (name === 'R1TUNE_OPENVINO' ? openvino : undefined)),
};
type EngineName = keyof typeof ENGINES;
const GRAPH_ENGINES: EngineName[] = ['onnx c-api', 'onnx node', ...(openvino ? (['openvino'] as const) : [])];

async function load(name: EngineName, model: ModelFile, knobs: Partial<OpenvinoKnobs> = {}): Promise<Session> {
  const engine = ENGINES[name]();
  const backend = name.split(' ')[0] as Backend;
  // llama.cpp's fused attention, and a cache in f16, round more than the difference that is looked for.
  const exact = { kvType: 'f32' as const, flashAttention: false, batch: 64 };
  const base = baseCandidate(backend, model.quant, 1);
  const own = base.openvino ? { openvino: { ...base.openvino, ...knobs } } : {};
  const candidate = { ...base, ...exact, ...own };
  return engine.load({ model, candidate, contextTokens: 512, sequences: 2 });
}

/** Root of the mean square difference, as a share of the reference's. */
function relativeError(rows: Float32Array[], reference: Float32Array[]): number {
  let difference = 0;
  let size = 0;
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      difference += (value - reference[i]![j]!) ** 2;
      size += reference[i]![j]! ** 2;
    });
  });
  return Math.sqrt(difference / size);
}

async function greedyText(session: Session, prompt: readonly number[], count: number): Promise<number[]> {
  const sequence = session.openSequence();
  const tokens = [(await sequence.step(prompt, GREEDY)).token];
  while (tokens.length < count) tokens.push((await sequence.step([tokens.at(-1)!], GREEDY)).token);
  await sequence.dispose();
  return tokens;
}

async function logitsOf(session: Session, tokens: readonly number[]): Promise<Float32Array[]> {
  const sequence = session.openSequence();
  const rows = await sequence.logits(tokens);
  await sequence.dispose();
  return rows;
}

describe.each([
  ['stories260K', async () => stories],
  ['a random tiny Qwen2', tinyQwen],
  ['a random tiny Qwen3 with YaRN', tinyQwen3],
])('%s: ONNX Runtime, OpenVINO and llama.cpp are the same function', (name, source) => {
  let reference: Session;
  const others = new Map<EngineName, Session>();
  const hasModel = name !== 'stories260K' || stories !== undefined;

  beforeAll(async () => {
    if (!hasModel) return;
    const gguf = (await source())!;
    const onnx = await convertToOnnx({ source: gguf, level: 'fp32', folder: join(folder, `${name}-onnx`) });
    reference = await load('llama-cpp', await inspectGguf(gguf));
    for (const engine of GRAPH_ENGINES) others.set(engine, await load(engine, onnx));
  }, 60_000);
  afterAll(async () => {
    for (const session of [reference, ...others.values()]) await session?.dispose();
  });

  it.skipIf(!hasModel)('fp32 logits agree to 1e-4 relative at every place of a prompt', async () => {
    const tokens = tokenTrace(3, 100, reference.describe().vocabulary);
    const expected = await logitsOf(reference, tokens);
    for (const session of others.values()) {
      const error = relativeError(await logitsOf(session, tokens), expected);
      console.log(`${name}, ${session.describe().engine}: relative error of logits ${error.toExponential(1)}`);
      expect(error).toBeLessThan(1e-4);
    }
  });

  it.skipIf(!hasModel)('64 greedy tokens are the same', async () => {
    const { bosToken } = reference.describe();
    const prompt = [
      ...(bosToken === null ? [] : [bosToken]),
      ...reference.tokenize('Once upon a time', { special: false }),
    ];
    const expected = await greedyText(reference, prompt, 64);
    for (const session of others.values()) expect(await greedyText(session, prompt, 64)).toEqual(expected);
  });

  it.skipIf(!hasModel)('two sequences that decode together say what each says alone', async () => {
    const prompts = [1, 2].map((seed) => tokenTrace(seed, 20 * seed, reference.describe().vocabulary));
    for (const session of others.values()) {
      const alone = [await greedyText(session, prompts[0]!, 32), await greedyText(session, prompts[1]!, 32)];
      expect(await Promise.all(prompts.map((prompt) => greedyText(session, prompt, 32)))).toEqual(alone);
    }
  });

  it.skipIf(!hasModel)('describes the same vocabulary', () => {
    const { vocabulary, bosToken, eosTokens } = reference.describe();
    for (const session of others.values())
      expect(session.describe()).toMatchObject({ vocabulary, bosToken, eosTokens });
  });
});

it('a published export, with GroupQueryAttention and an attention mask, is that function too', async () => {
  const gguf = await tinyQwen();
  const ours = await convertToOnnx({ source: gguf, level: 'fp32', folder: join(folder, 'to-publish') });
  writeFileSync(ours.path, withGroupQueryAttention(readFileSync(ours.path), ours.geometry, 512, 'mask'));
  const reference = await load('llama-cpp', await inspectGguf(gguf));
  const tokens = tokenTrace(4, 100, reference.describe().vocabulary);
  for (const [engine, name] of [
    ['onnx', /onnxruntime-node/],
    ...(openvino ? [['openvino', /^OpenVINO/] as const] : []),
  ] as const) {
    const published = await load(engine, ours);
    expect(published.describe().engine).toMatch(name);
    expect(relativeError(await logitsOf(published, tokens), await logitsOf(reference, tokens))).toBeLessThan(1e-4);
    expect(await greedyText(published, tokens, 32)).toEqual(await greedyText(reference, tokens, 32));
    await published.dispose();
  }
  await reference.dispose();
}, 60_000);

async function perplexity(engine: EngineName, model: ModelFile, knobs: Partial<OpenvinoKnobs> = {}): Promise<number> {
  const session = await load(engine, model, knobs);
  const text = readFileSync(storiesText!, 'utf8');
  const { quality } = await measureQuality({ session, model, backend: 'onnx', reference: null, text });
  await session.dispose();
  expect(quality.tokens).toBe(3473);
  return quality.perplexity!;
}

const engines = ['onnx', ...(openvino ? ['openvino'] : [])] as EngineName[];
it.skipIf(stories === undefined).each(engines)(
  'stories260K through %s has its published perplexity',
  async (engine) => {
    const model = await convertToOnnx({ source: stories!, level: 'fp32', folder: join(folder, `ppl-${engine}`) });
    expect(Math.abs((await perplexity(engine, model)) - 5.109)).toBeLessThan(0.01);
  },
  60_000,
);

// Activations in 8-bit groups are what OpenVINO adds to the quantization of the file.
it.skipIf(stories === undefined || openvino === undefined).each(['int8', 'int4'] as const)(
  'OpenVINO answers as well as ONNX Runtime from the same %s weights, in f32 and in bf16',
  async (level) => {
    const model = await convertToOnnx({ source: stories!, level, folder: join(folder, `ppl-${level}`) });
    const expected = await perplexity('onnx', model);
    for (const inferencePrecision of ['f32', 'bf16'] as const)
      expect((await perplexity('openvino', model, { inferencePrecision })) / expected).toBeCloseTo(1, 1.5);
  },
  60_000,
);
