import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizeGguf } from '../../dist/models/quantize.js';
import { baseCandidate } from '../../src/core/candidate.js';
import { type Engine, GREEDY, type Session } from '../../src/core/engine.js';
import type { ModelFile } from '../../src/core/model.js';
import { inspectGguf } from '../../src/models/gguf/inspect.js';
import { convertToOnnx } from '../../src/models/onnx/convert.js';
import { createLlamaCppEngine } from '../../src/runners/llama-cpp/index.js';
import { createOnnxEngine } from '../../src/runners/onnx/index.js';
import { chatFactsOf } from '../../src/runs/serve/chat-facts-of.js';
import { chooseTemplate } from '../../src/serve/template/choose-template.js';
import { startTestServer } from '../helpers/fake-serve.js';
import { relativeError } from '../helpers/raw-decoder.js';
import { smolLm2 } from '../helpers/smollm2.js';

/** A trained model of others, as people deploy it: a tied llama with a tokenizer, a template and end tokens of its own. */
const path = smolLm2();
const folder = mkdtempSync(join(tmpdir(), 'r1-smollm2-'));
afterAll(() => rmSync(folder, { recursive: true }));

const QUESTION = 'What is the capital of France?';
/** Its answers to these end within twenty tokens, or go on. */
const QUESTIONS = [QUESTION, 'What is 2 + 2?'];
const MOST = 20;
const SYSTEM =
  '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\n';
const promptOf = (question: string): string => `${SYSTEM}${question}<|im_end|>\n<|im_start|>assistant\n`;

const load = (engine: Engine, model: ModelFile): Promise<Session> =>
  engine.load({
    model,
    candidate: baseCandidate(model.format === 'gguf' ? 'llama-cpp' : 'onnx', model.quant, 1),
    contextTokens: 512,
    sequences: 1,
  });

type Answer = { prompt: number[]; tokens: number[]; text: string };

async function answer(session: Session, question: string): Promise<Answer> {
  const sequence = session.openSequence();
  const { eosTokens } = session.describe();
  const prompt = session.tokenize(promptOf(question), { special: true });
  const tokens: number[] = [];
  for (let next = prompt; tokens.length < MOST; ) {
    const { token } = await sequence.step(next, GREEDY);
    tokens.push(token);
    if (eosTokens.includes(token)) break;
    next = [token];
  }
  await sequence.dispose();
  const bytes = tokens.map((token) => session.tokenBytes(token, { special: true }));
  return { prompt, tokens, text: Buffer.concat(bytes).toString() };
}

describe.runIf(path)('SmolLM2-135M-Instruct from end to end', { timeout: 120_000 }, () => {
  let quantized: ModelFile;
  let floats: ModelFile;
  let onnx: ModelFile;
  beforeAll(async () => {
    quantized = await inspectGguf(path!);
    const target = join(folder, 'floats.gguf');
    floats = await quantizeGguf({ source: path!, quant: 'f32', path: target, threads: 2, allowRequantize: true });
    onnx = await convertToOnnx({ source: path!, level: 'fp32', folder: join(folder, 'fp32') });
  }, 120_000);

  it('is what its file says', () => {
    expect(quantized).toMatchObject({ architecture: 'llama', quant: 'q4_1', weights: 'trained', contextLength: 8192 });
    expect(quantized.geometry).toMatchObject({ layers: 30, hidden: 576, heads: 9, kvHeads: 3, tied: true });
    expect(quantized.geometryId).toBeNull();
  });

  it('says the same on both engines to the token where both have its weights as floats', async () => {
    const answers: Answer[][] = [];
    for (const [engine, model] of [
      [createLlamaCppEngine(join(folder, 'bin'), 'c-api'), floats],
      [createLlamaCppEngine(join(folder, 'bin'), 'binding'), floats],
      [createOnnxEngine(), onnx],
    ] as const) {
      const session = await load(engine, model);
      expect(session.describe()).toMatchObject({ bosToken: null, eosTokens: [0, 2, 4] });
      const said: Answer[] = [];
      for (const question of QUESTIONS) said.push(await answer(session, question));
      answers.push(said);
      await session.dispose();
    }
    expect(answers[0]![0]!.prompt).toHaveLength(37);
    expect(answers[0]![0]!.text).toBe('The capital of France is Paris.<|im_end|>');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  // llama.cpp multiplies Q4_1 with activations rounded to 8 bits. The best two words after this prompt are 0.08 apart.
  it('in Q4_1 differs by no more than activations in 8 bits do', async () => {
    const rows: Float32Array[][] = [];
    for (const model of [floats, quantized]) {
      const session = await load(createLlamaCppEngine(join(folder, 'bin')), model);
      const sequence = session.openSequence();
      rows.push(await sequence.logits(session.tokenize(promptOf(QUESTION), { special: true })));
      await session.dispose();
    }
    const error = relativeError(rows[1]!, rows[0]!);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.05);
  });

  it.each(['llama-cpp', 'onnx'] as const)('is served by %s with its own template, counts and end', async (backend) => {
    const model = backend === 'onnx' ? onnx : quantized;
    const server = await startTestServer(model, backend, {
      contextTokens: 512,
      hang: { load: 60_000, prefill: 30_000, decode: 30_000 },
      settings: { template: chooseTemplate(model, chatFactsOf(model)) },
    });
    try {
      const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
      const session = await load(backend === 'onnx' ? createOnnxEngine() : createLlamaCppEngine(folder), model);
      for (const question of QUESTIONS) {
        const own = await answer(session, question);
        const { choices, usage } = await openai.chat.completions.create({
          model: 'fake-r1',
          messages: [{ role: 'user', content: question }],
          temperature: 0,
          max_tokens: MOST,
        });
        const isEnded = own.text.endsWith('<|im_end|>');
        expect(choices[0]).toMatchObject({
          message: { content: own.text.replace(/<\|im_end\|>$/, '') },
          finish_reason: isEnded ? 'stop' : 'length',
        });
        expect(usage).toMatchObject({ prompt_tokens: own.prompt.length, completion_tokens: own.tokens.length });
      }
      await session.dispose();
    } finally {
      await server.stop();
    }
  });
});
