import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, type Llama, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizeGguf } from '../../../dist/models/quantize.js';
import { GEOMETRIES, type Geometry, type ModelFile } from '../../../src/core/model.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import type { OnnxLevel } from '../../../src/models/onnx/levels.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import type { SyntheticType } from '../../../src/models/synthetic/pool.js';
import { RawDecoder, relativeError } from '../../helpers/raw-decoder.js';
import { sharedFile } from '../../helpers/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-convert-'));
let llama: Llama;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 0 });
});
afterAll(async () => {
  await llama.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const PROMPT = [5, 17, 300, 42, 7, 99, 250, 401, 33, 12, 8, 77, 123, 456, 9, 64];

/** Logits of llama.cpp after each token, with everything in 32 bits. */
async function llamaLogits(path: string, tokens: readonly number[]): Promise<Float32Array[]> {
  const model = await llama.loadModel({ modelPath: path });
  const exact = {
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    flashAttention: false,
  } as const;
  const sequence = (await model.createContext({ contextSize: 128, threads: 1, ...exact })).getSequence();
  const asked = tokens.map((token): [Token, object] => [token as Token, { generateNext: { logits: true } }]);
  const steps = await sequence.controlledEvaluate(asked as Parameters<typeof sequence.controlledEvaluate>[0]);
  const rows = steps.map((step) => {
    const logits = [...step!.next.logits!].sort(([a], [b]) => a - b);
    return Float32Array.from(logits, ([, logit]) => logit);
  });
  await model.dispose();
  return rows;
}

const make = (geometry: Geometry, quant: SyntheticType): Promise<ModelFile> =>
  synthesizeGguf({ geometry, quant, seed: 7, path: join(folder, `${geometry.id}-${quant}.gguf`) });

async function convert(source: string, level: OnnxLevel): Promise<ModelFile> {
  return convertToOnnx({ source, level, folder: join(folder, `onnx-${level}`) });
}

async function errorOf(source: string, level: OnnxLevel, reference?: Float32Array[]): Promise<number> {
  const { path, geometry } = await convert(source, level);
  const decoder = await RawDecoder.open(path, geometry);
  const [rows] = await decoder.step([PROMPT]);
  return relativeError(rows!, reference ?? (await llamaLogits(source, PROMPT)));
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
const shapes: Geometry[] = [
  GEOMETRIES.tiny,
  { ...GEOMETRIES.tiny, id: 'tied', tied: true },
  llama3,
  { ...GEOMETRIES.tiny, id: 'one-kv-head', kvHeads: 1 },
  { ...GEOMETRIES.tiny, id: 'no-groups', kvHeads: 4, hidden: 96, ffn: 352, headDim: 24 },
];

/** Dot products of 8-bit numbers that add up in 32 bits; taken as there where the kernel does not list features. */
function hasVnni(): boolean {
  try {
    return /\b(avx512_vnni|avx_vnni)\b/.test(readFileSync('/proc/cpuinfo', 'utf8')) || process.arch !== 'x64';
  } catch {
    return true;
  }
}

describe('a converted graph and llama.cpp agree', () => {
  it.each(shapes)('in fp32, for $id', async (geometry) => {
    const { path } = await make(geometry, 'f32');
    expect(await errorOf(path, 'fp32')).toBeLessThan(1e-5);
  });

  it.each(['tiny', 'tied', 'llama3'])('in int4 and int8 from the same quantized weights, for %s', async (id) => {
    const geometry = shapes.find((shape) => shape.id === id)!;
    for (const [quant, level] of [
      ['q4_0', 'int4'],
      ['q8_0', 'int8'],
    ] as const) {
      const { path } = await make(geometry, quant);
      expect((await convert(path, level)).quant).toBe(level);
      // Both round activations to 8 bits, in different places.
      expect(await errorOf(path, level)).toBeLessThan(4e-2);
    }
  });

  it('in fp32 from K-quants of llama.cpp', async () => {
    const { path } = await make(GEOMETRIES.tiny, 'f32');
    for (const quant of ['q2_k', 'q3_k_m', 'q4_k_m', 'q5_k_m', 'q6_k']) {
      const target = join(folder, `tiny-${quant}.gguf`);
      await quantizeGguf({ source: path, quant, path: target, threads: 1 });
      const exact = join(folder, `tiny-${quant}-f32.gguf`);
      await quantizeGguf({ source: target, quant: 'f32', path: exact, threads: 1, allowRequantize: true });
      expect(await errorOf(target, 'fp32', await llamaLogits(exact, PROMPT))).toBeLessThan(1e-5);
    }
  });

  it('less and less as the levels become coarser', async () => {
    const { path } = await make(GEOMETRIES.tiny, 'f32');
    const reference = await llamaLogits(path, PROMPT);
    const errors = new Map<OnnxLevel, number>();
    for (const level of ['int8', 'int8-dynamic', 'int4', 'int4-b128'] as const)
      errors.set(level, await errorOf(path, level, reference));
    expect(errors.get('int8')).toBeLessThan(0.04);
    // Without VNNI the sums of two 8-bit products saturate at 16 bits (vpmaddubsw, which MLAS uses on AVX2).
    expect(errors.get('int8-dynamic')).toBeLessThan(hasVnni() ? 0.08 : 0.2);
    expect(errors.get('int4')).toBeLessThan(errors.get('int4-b128')!);
    expect(errors.get('int4-b128')).toBeLessThan(0.6);
  });
});

const stories = sharedFile('models/stories260K-f32.gguf');
describe.skipIf(!stories)('stories260K, whose heads are 8 wide', () => {
  it('agrees in fp32', async () => {
    expect(await errorOf(stories!, 'fp32')).toBeLessThan(1e-5);
  });

  it('says what it is', async () => {
    expect(await convert(stories!, 'fp32')).toMatchObject({
      architecture: 'llama',
      weights: 'trained',
      geometryId: null,
    });
    expect((await inspectGguf(stories!)).parameters).toBe(260032);
  });
});

describe('a step of a graph', () => {
  it('gives the same whatever way the prompt is cut', async () => {
    const { path } = await convert((await make(GEOMETRIES.tiny, 'f32')).path, 'fp32');
    const whole = await (await RawDecoder.open(path, GEOMETRIES.tiny)).step([PROMPT]);
    for (const cuts of [[1, 15], [15, 1], [5, 6, 5], new Array(16).fill(1)]) {
      const decoder = await RawDecoder.open(path, GEOMETRIES.tiny);
      const rows: Float32Array[] = [];
      let at = 0;
      for (const count of cuts) {
        rows.push(...(await decoder.step([PROMPT.slice(at, at + count)]))[0]!);
        at += count;
      }
      expect(relativeError(rows, whole[0]!)).toBeLessThan(1e-5);
    }
  });

  it('decodes sequences of different lengths together as it does apart', async () => {
    const { path } = await convert((await make(llama3, 'f32')).path, 'fp32');
    const [short, long] = [PROMPT.slice(0, 4), PROMPT.slice(4)];
    const apart: Float32Array[] = [];
    for (const prompt of [short, long]) {
      const decoder = await RawDecoder.open(path, llama3);
      await decoder.step([prompt]);
      apart.push((await decoder.step([[42]]))[0]![0]!);
    }
    const together = await RawDecoder.open(path, llama3, 2);
    // Both get the long prompt's length of tokens; the first is then set back, as prefix reuse does.
    await together.step([[...short, ...PROMPT.slice(0, long.length - short.length)], long]);
    together.lengths[0] = short.length;
    const [a, b] = await together.step([[42], [42]]);
    expect(relativeError([a![0]!, b![0]!], apart)).toBeLessThan(1e-5);
  });
});
