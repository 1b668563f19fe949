import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { canKeepState, GREEDY, type KeptSequence, type Sequence, type Session } from '../../../src/core/engine.js';
import { logSumExp } from '../../../src/core/sampling.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { createLlamaCppEngine, type LlamaAccess } from '../../../src/runners/llama-cpp/index.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sharedFile } from '../../helpers/shared.js';

/** Both drivers of llama.cpp on a trained model, in one process: the C API takes the kernels that the addon loaded. */

const stories = sharedFile('models/stories260K-f16.gguf');
const passages = sharedFile('models/eval-stories.txt');
const folder = tempFolder('drivers');

async function load(access: LlamaAccess, sequences = 1, signal?: AbortSignal): Promise<Session> {
  const model = await inspectGguf(stories!);
  return createLlamaCppEngine(folder, access).load({
    model,
    candidate: baseCandidate('llama-cpp', model.quant, 1),
    contextTokens: 512,
    sequences,
    ...(signal && { signal }),
  });
}

async function greedy(sequence: Sequence, prompt: readonly number[], count: number): Promise<number[]> {
  const told: number[] = [];
  for (let next = prompt; told.length < count; next = told.slice(-1))
    told.push((await sequence.step(next, GREEDY)).token);
  return told;
}

describe.skipIf(stories === undefined)('the two drivers of llama.cpp', () => {
  let addon: Session;
  let capi: Session;
  beforeAll(async () => {
    addon = await load('binding');
    capi = await load('auto');
  });
  afterAll(async () => {
    await addon.dispose();
    await capi.dispose();
  });

  it('auto is the C API, and the session says so', () => {
    expect(capi.describe().engine).toContain('C API');
    expect(addon.describe().engine).not.toContain('C API');
  });

  it('read the same vocabulary', () => {
    const { vocabulary } = addon.describe();
    expect(capi.describe()).toMatchObject({ vocabulary, contextTokens: 512 });
    for (let token = 0; token < vocabulary; token++)
      for (const special of [false, true])
        expect([...capi.tokenBytes(token, { special })], `token ${token}`).toEqual([
          ...addon.tokenBytes(token, { special }),
        ]);
    expect(capi.tokenBytes(vocabulary, { special: true })).toHaveLength(0);
    const text = readFileSync(passages!, 'utf8');
    expect(capi.tokenize(text, { special: false })).toEqual(addon.tokenize(text, { special: false }));
    expect(capi.tokenize('', { special: false })).toEqual(addon.tokenize('', { special: false }));
  });

  it('give the same logits bit for bit, so the same perplexity', async () => {
    const text = readFileSync(passages!, 'utf8').slice(0, 900);
    const tokens = [1, ...addon.tokenize(text, { special: false })].slice(0, 300);
    const perplexity = async (session: Session): Promise<[number, Float32Array[]]> => {
      const sequence = session.openSequence();
      const rows = await sequence.logits(tokens);
      await sequence.dispose();
      const losses = rows.slice(0, -1).map((row, i) => logSumExp(row) - row[tokens[i + 1]!]!);
      return [Math.exp(losses.reduce((a, b) => a + b) / losses.length), rows];
    };
    const [ofAddon, addonRows] = await perplexity(addon);
    const [ofCapi, capiRows] = await perplexity(capi);
    expect(ofCapi).toBe(ofAddon);
    expect(capiRows).toEqual(addonRows);
  });

  it('tell the same stories', async () => {
    for (const beginning of ['Once upon a time', 'The dog', 'Lily wanted']) {
      const prompt = [1, ...addon.tokenize(beginning, { special: false })];
      const told = await Promise.all(
        [addon, capi].map(async (session) => {
          const sequence = session.openSequence();
          const tokens = await greedy(sequence, prompt, 80);
          await sequence.dispose();
          return tokens;
        }),
      );
      expect(told[1]).toEqual(told[0]);
    }
  });
});

describe.skipIf(stories === undefined)('the C API of llama.cpp', () => {
  let session: Session;
  const prompt = [1, 432, 383, 286, 400, 401, 300];
  beforeAll(async () => {
    session = await load('c-api', 4);
  });
  afterAll(() => session.dispose());

  const kept = (sequence: Sequence): KeptSequence => {
    if (!canKeepState(sequence)) throw new Error('llama.cpp cannot keep the state of a sequence');
    return sequence;
  };

  it('a cache goes to a file and into another sequence, which goes on alike', async () => {
    const [a, b] = [session.openSequence(), session.openSequence()];
    await a.prefill(prompt);
    const path = join(folder, 'states', 'prompt.state');
    await kept(a).saveState(path);
    const told = await greedy(a, [405], 20);
    await kept(b).loadState(path);
    expect(b.tokens).toEqual(prompt);
    expect(await greedy(b, [405], 20)).toEqual(told);
    // Used while others decode, and for a second time.
    await Promise.all([kept(b).loadState(path), greedy(a, [17], 5)]);
    await b.truncate(3);
    expect(b.tokens).toEqual(prompt.slice(0, 3));
    await b.prefill(prompt.slice(3));
    expect(await greedy(b, [405], 20)).toEqual(told);
    await a.dispose();
    await b.dispose();
  });

  it('refuses a file that is no cache, and is empty then', async () => {
    const sequence = session.openSequence();
    await sequence.prefill(prompt);
    await expect(kept(sequence).loadState(stories!)).rejects.toThrow('refuses the cache');
    expect(sequence.tokens).toEqual([]);
    expect(await greedy(sequence, prompt, 5)).toHaveLength(5);
    await sequence.dispose();
  });

  it('says when the context is full, and keeps what it has', async () => {
    const sequence = session.openSequence();
    await expect(sequence.prefill(Array.from({ length: 600 }, () => 300))).rejects.toThrow('The context holds 512');
    await sequence.prefill(prompt);
    expect(sequence.tokens).toEqual(prompt);
    await sequence.dispose();
  });

  it('four sequences of different lengths tell what each tells alone', async () => {
    const prompts = [prompt, prompt.slice(0, 3), [1, 300], prompt.slice(0, 5)];
    const alone: number[][] = [];
    for (const one of prompts) {
      const sequence = session.openSequence();
      alone.push(await greedy(sequence, one, 24));
      await sequence.dispose();
    }
    const sequences = prompts.map(() => session.openSequence());
    expect(await Promise.all(sequences.map((sequence, i) => greedy(sequence, prompts[i]!, 24)))).toEqual(alone);
    for (const sequence of sequences) await sequence.dispose();
  });

  it('steps more sequences together than a prefill batch holds', async () => {
    const model = await inspectGguf(stories!);
    const candidate = { ...baseCandidate('llama-cpp', model.quant, 1), batch: 1 };
    const narrow = await createLlamaCppEngine(folder, 'c-api').load({
      model,
      candidate,
      contextTokens: 64,
      sequences: 3,
    });
    const sequences = Array.from({ length: 3 }, () => narrow.openSequence());
    const told = await Promise.all(sequences.map((sequence) => greedy(sequence, prompt, 6)));
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    await narrow.dispose();
  });

  it('shows how far a load is, and stops it', async () => {
    const model = await inspectGguf(stories!);
    const shares: number[] = [];
    const controller = new AbortController();
    const request = {
      model,
      candidate: baseCandidate('llama-cpp', model.quant, 1),
      contextTokens: 64,
      sequences: 1,
      signal: controller.signal,
      onProgress: (share: number) => {
        shares.push(share);
        if (share > 0.5) controller.abort(new Error('changed my mind'));
      },
    };
    await expect(createLlamaCppEngine(folder, 'c-api').load(request)).rejects.toThrow('changed my mind');
    expect(shares[0]).toBe(0);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
  });

  it('has separate pools where prefill has other threads, and both do their work', async () => {
    const model = await inspectGguf(stories!);
    const candidate = { ...baseCandidate('llama-cpp', model.quant, 1), threadsBatch: 2 };
    const two = await createLlamaCppEngine(folder, 'c-api').load({ model, candidate, contextTokens: 64, sequences: 1 });
    expect(two.describe()).toMatchObject({ threads: 1, threadsBatch: 2 });
    const sequence = two.openSequence();
    expect(await greedy(sequence, prompt, 12)).toEqual(await greedy(session.openSequence(), prompt, 12));
    await two.dispose();
  });
});
