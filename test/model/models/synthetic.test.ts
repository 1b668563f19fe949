import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { getLlama, type Llama, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GEOMETRIES, type Geometry } from '../../../src/core/model.js';
import { SYNTHETIC_QUANTS, synthesizeGguf } from '../../../src/models/synthesize.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-synth-'));
let llama: Llama;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 0 });
});
afterAll(async () => {
  await llama.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const { ropeScaling, ropeBase } = GEOMETRIES['deepseek-r1-distill-llama-8b'];
const shapes: [string, Geometry][] = [
  ['qwen2', GEOMETRIES.tiny],
  ['tied qwen2', { ...GEOMETRIES.tiny, id: 'tied', tied: true }],
  ['llama3', { ...GEOMETRIES.tiny, id: 'llama', architecture: 'llama', qkvBias: false, ropeScaling, ropeBase }],
];

describe.each(shapes)('a synthetic %s in llama.cpp', (_name, geometry) => {
  it.each(SYNTHETIC_QUANTS)('loads and decodes in %s with finite logits', async (quant) => {
    const path = join(folder, `${geometry.id}-${quant}.gguf`);
    await synthesizeGguf({ geometry, quant, seed: 1, path });
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({ contextSize: 64, threads: 1 });
    const sequence = context.getSequence();
    const tokens: number[] = [];
    for await (const token of sequence.evaluate([5, 6, 7, 300] as Token[], { temperature: 0 }))
      if (tokens.push(token) === 16) break;
    expect(new Set(tokens).size).toBeGreaterThan(1);
    const [last] = await sequence.controlledEvaluate([[9 as Token, { generateNext: { probabilities: true } }]]);
    const probabilities = [...last!.next.probabilities!.values()];
    expect(probabilities).toHaveLength(geometry.vocab);
    expect(probabilities.every(Number.isFinite)).toBe(true);
    await model.dispose();
  });
});

describe('the byte-level tokenizer', () => {
  it('gives any text back', async () => {
    const path = join(folder, 'tokenizer.gguf');
    await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q4_0', seed: 1, path });
    const model = await llama.loadModel({ modelPath: path });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(model.detokenize(model.tokenize(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
    expect(model.tokenize('the').length).toBe(2);
    expect(model.tokenize('<think>', true)).toHaveLength(1);
    expect(model.tokens.bosString).toBe('<｜begin▁of▁sentence｜>');
    expect(model.tokens.eosString).toBe('<｜end▁of▁sentence｜>');
    await model.dispose();
  });
});
