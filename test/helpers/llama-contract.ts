import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import { GREEDY, type Sequence, type Session } from '../../src/core/engine.js';
import { GEOMETRIES, type ModelFile } from '../../src/core/model.js';
import { argmax } from '../../src/core/sampling.js';
import { inspectGguf } from '../../src/models/gguf/inspect.js';
import { synthesizeGguf } from '../../src/models/synthesize.js';
import { createLlamaCppEngine, type LlamaAccess } from '../../src/runners/llama-cpp/index.js';
import { tempFolder } from './fake-model.js';
import { sharedFile } from './shared.js';

const stories = sharedFile('models/stories260K-f16.gguf');
const vocabulary = sharedFile('models/tokenizers/deepseek-r1-distill-qwen-vocab.gguf');

const text = (session: Session, tokens: readonly number[], special = false): string =>
  Buffer.concat(tokens.map((token) => session.tokenBytes(token, { special }))).toString('utf8');

/** Greedy decode of `count` tokens after `prompt`, as a server does it. */
async function greedy(sequence: Sequence, prompt: readonly number[], count: number): Promise<number[]> {
  const tokens: number[] = [];
  for (let next = prompt; tokens.length < count; next = tokens.slice(-1))
    tokens.push((await sequence.step(next, GREEDY)).token);
  return tokens;
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** llama2.c's own test expects these words of this model, greedy from "Once upon a time". */
const STORY =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. ' +
  'She wanted to play with it, but it was too high.\nLily';

/** The engine port over the real llama.cpp, reached one way: one thread, tiny models. One way a process: its kernels are loaded once. */
export function engineContract(access: LlamaAccess, name: RegExp): void {
  function load(model: ModelFile, changes: Partial<Candidate> = {}, sequences = 1): Promise<Session> {
    const candidate = { ...baseCandidate('llama-cpp', model.quant, 1), ...changes };
    return createLlamaCppEngine(tempFolder('engine'), access).load({ model, candidate, contextTokens: 256, sequences });
  }

  describe.skipIf(stories === undefined)('a trained model', () => {
    let session: Session;
    let prompt: number[];
    const opened: Sequence[] = [];
    const open = (): Sequence => {
      const sequence = session.openSequence();
      opened.push(sequence);
      return sequence;
    };

    beforeAll(async () => {
      session = await load(await inspectGguf(stories!), {}, 2);
      prompt = [session.describe().bosToken!, ...session.tokenize('Once upon a time', { special: false })];
    });
    // Slots are few: what a test opened is given back.
    const closeAll = async (): Promise<void> => {
      for (const sequence of opened.splice(0)) await sequence.dispose();
    };
    afterEach(closeAll);
    afterAll(() => session.dispose());

    it('says what it is', () => {
      expect(session.describe()).toMatchObject({
        engine: expect.stringMatching(name),
        systemInfo: expect.stringMatching(/^CPU/),
        vocabulary: 512,
        contextTokens: 256,
        bosToken: 1,
        eosTokens: [2],
        threads: 1,
        threadsBatch: 1,
      });
      if (process.platform === 'linux') expect(session.describe().variant).toMatch(/^[a-z0-9]+$/);
    });

    it('goes on in English', async () => {
      const tokens = await greedy(open(), prompt, 60);
      expect(text(session, tokens)).toBe(STORY);
    });

    it('two sequences taking turns tell what each tells alone', async () => {
      const other = [1, ...session.tokenize('The dog', { special: false })];
      const alone = await greedy(open(), other, 16);
      await closeAll();
      const [a, b] = [open(), open()];
      const [toldA, toldB] = [[...prompt], [...other]];
      let [nextA, nextB] = [[...prompt], [...other]];
      for (let i = 0; i < 16; i++) {
        const steps = await Promise.all([a.step(nextA, GREEDY), b.step(nextB, GREEDY)]);
        [nextA, nextB] = [[steps[0].token], [steps[1].token]];
        toldA.push(steps[0].token);
        toldB.push(steps[1].token);
      }
      expect(text(session, toldA.slice(prompt.length))).toBe(
        STORY.slice(0, text(session, toldA.slice(prompt.length)).length),
      );
      expect(toldB.slice(other.length)).toEqual(alone);
    });

    it('logits of a row are what greedy decoding follows', async () => {
      const told = await greedy(open(), prompt, 12);
      await closeAll();
      const rows = await open().logits([...prompt, ...told]);
      expect(rows).toHaveLength(prompt.length + 12);
      expect(rows[0]).toHaveLength(512);
      expect(rows.slice(prompt.length - 1, -1).map(argmax)).toEqual(told);
    });

    it('asking for log-probabilities changes no token, and gives the model’s own', async () => {
      const told = await greedy(open(), prompt, 8);
      await closeAll();
      const sequence = open();
      let next: readonly number[] = prompt;
      for (const expected of told) {
        const step = await sequence.step(next, GREEDY, { logprobs: 3 });
        expect(step.token).toBe(expected);
        expect(step.topLogprobs!.map((t) => t.token)[0]).toBe(expected);
        expect(step.logprob).toBeLessThanOrEqual(0);
        expect(step.logprob).toBe(step.topLogprobs![0]!.logprob);
        next = [step.token];
      }
    });

    it('obeys what is allowed, and biases', async () => {
      const letters = (token: number): boolean => /^[a-z]+$/.test(text(session, [token]));
      const allowed = await open().step(prompt, GREEDY, { allowed: letters });
      expect(text(session, [allowed.token])).toMatch(/^[a-z]+$/);
      const biased = await open().step(prompt, { ...GREEDY, logitBias: { 300: 1000 } });
      expect(biased.token).toBe(300);
    });

    it('forgets what was cut off: evaluated again, the logits are the same', async () => {
      const sequence = open();
      const [last] = (await sequence.logits([...prompt, 432, 383, 286])).slice(-1);
      await sequence.truncate(prompt.length);
      expect(sequence.tokens).toEqual(prompt);
      await sequence.logits([400, 401]);
      await sequence.truncate(prompt.length);
      const [again] = (await sequence.logits([432, 383, 286])).slice(-1);
      expect(furthest(last!, again!)).toBeLessThan(0.02);
      expect(argmax(again!)).toBe(argmax(last!));
    });

    it('goes on rightly after a cut in the middle of decoding', async () => {
      const sequence = open();
      const told = await greedy(sequence, prompt, 20);
      await sequence.truncate(prompt.length + 5);
      expect(sequence.tokens).toEqual([...prompt, ...told.slice(0, 5)]);
      expect(await greedy(sequence, [told[5]!], 10)).toEqual(told.slice(6, 16));
      await sequence.truncate(0);
      expect(await greedy(sequence, prompt, 20)).toEqual(told);
    });

    it('a prefill that is stopped ends between batches and keeps what it has', async () => {
      const small = await load(await inspectGguf(stories!), { batch: 8 });
      const sequence = small.openSequence();
      const controller = new AbortController();
      const tokens = Array.from({ length: 64 }, (_, i) => 260 + i);
      const done: number[] = [];
      const prefill = sequence.prefill(tokens, {
        signal: controller.signal,
        onBatch: (count) => {
          done.push(count);
          if (count === 24) controller.abort(new Error('the client left'));
        },
      });
      await expect(prefill).rejects.toThrow('the client left');
      expect(done).toEqual([8, 16, 24]);
      expect(sequence.tokens).toEqual(tokens.slice(0, 24));
      await sequence.prefill(tokens.slice(24));
      expect(sequence.tokens).toEqual(tokens);
      await small.dispose();
    });

    it('prefill in small batches and in one go leaves the same state', async () => {
      const tokens = Array.from({ length: 100 }, (_, i) => 260 + ((i * 37) % 250));
      const rows: Float32Array[] = [];
      for (const batch of [7, 512]) {
        const one = await load(await inspectGguf(stories!), { batch, kvType: 'f32' });
        const sequence = one.openSequence();
        await sequence.prefill(tokens);
        rows.push((await sequence.logits([403]))[0]!);
        await one.dispose();
      }
      expect(furthest(rows[0]!, rows[1]!)).toBeLessThan(0.01);
    });

    it('bytes of tokens join to the text that was tokenized', () => {
      const characters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCLT .,!?\'"\n0123456789éü你🐰');
      fc.assert(
        fc.property(fc.string({ unit: characters, minLength: 1 }), (words) => {
          // SentencePiece puts a space before the text.
          expect(text(session, session.tokenize(words, { special: false }))).toBe(` ${words}`);
        }),
      );
    });

    it('refuses a file that is cut short, and says what the engine said', async () => {
      const model = await inspectGguf(stories!);
      await expect(load({ ...model, path: join(tempFolder('engine'), 'none.gguf') })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('none.gguf'),
      });
    });
  });

  describe('a synthetic model', () => {
    let session: Session;
    beforeAll(async () => {
      const path = join(tempFolder('engine'), 'tiny.gguf');
      session = await load(await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q4_0', seed: 1, path }));
    });
    afterAll(() => session.dispose());

    it('decodes finite logits, the same every time', async () => {
      const sequence = session.openSequence();
      const told = await greedy(sequence, [5, 6, 7, 300], 16);
      expect(new Set(told).size).toBeGreaterThan(1);
      await sequence.truncate(0);
      expect(await greedy(sequence, [5, 6, 7, 300], 16)).toEqual(told);
      await sequence.truncate(0);
      const [row] = await sequence.logits([5]);
      expect(row).toHaveLength(GEOMETRIES.tiny.vocab);
      expect(row!.every(Number.isFinite)).toBe(true);
      await sequence.dispose();
    });

    it('any text survives tokens and bytes', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (words) => {
          expect(text(session, session.tokenize(words, { special: false }))).toBe(words);
        }),
      );
    });
  });

  describe.skipIf(vocabulary === undefined)('the tokenizer of DeepSeek R1 distilled models', () => {
    let session: Session;
    beforeAll(async () => {
      const path = join(tempFolder('engine'), 'vocabulary.gguf');
      const geometry = { ...GEOMETRIES.tiny, vocab: 151_936, layers: 1 };
      const model = await synthesizeGguf({ geometry, quant: 'q4_0', seed: 1, path, vocabularyPath: vocabulary });
      session = await load(model);
    });
    afterAll(() => session.dispose());

    it('any text survives tokens and bytes, also characters split over tokens', () => {
      const samples = [
        '鸡兔同笼，共有35个头、94只脚。',
        '👩‍👩‍👧‍👦 family',
        'naïve café — “quotes”',
        '\t tabs\n\n  and  spaces ',
        '𓀀𓀁',
      ];
      for (const words of samples)
        expect(text(session, session.tokenize(words, { special: false }))).toBe(words.normalize('NFC'));
      const split = session.tokenize('𓀀', { special: false });
      expect(split.length).toBeGreaterThan(1);
      expect(text(session, split.slice(0, 1))).toContain('\ufffd');
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (words) => {
          expect(text(session, session.tokenize(words.normalize('NFC'), { special: false }))).toBe(
            words.normalize('NFC'),
          );
        }),
      );
    });

    it('marks of the chat template are one token each, and show only when asked', () => {
      for (const mark of ['<｜User｜>', '<｜Assistant｜>', '<｜end▁of▁sentence｜>']) {
        const tokens = session.tokenize(mark, { special: true });
        expect(tokens).toHaveLength(1);
        expect(text(session, tokens)).toBe('');
        expect(text(session, tokens, true)).toBe(mark);
      }
      expect(session.tokenize('<think>', { special: true })).toHaveLength(1);
      expect(text(session, session.tokenize('<think>', { special: true }))).toBe('<think>');
      expect(session.describe()).toMatchObject({ bosToken: 151_646, eosTokens: expect.arrayContaining([151_643]) });
    });
  });
}
