import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GREEDY, hasNativeTimer, type Session } from '../../../../src/core/engine.js';
import { createOnnxEngine, type OnnxAccess } from '../../../../src/runners/onnx/index.js';
import { presentGraph, rowsGraph, toyGreedy, toyLogits, VOCABULARY, writeToy } from '../../../helpers/toy-decoder.js';

const WAYS: [string, OnnxAccess, () => Buffer, RegExp][] = [
  ['our graphs through the C API', 'c-api', rowsGraph, /C API/],
  ['our graphs through onnxruntime-node', 'node', rowsGraph, /onnxruntime-node/],
  ['published exports', 'auto', presentGraph, /onnxruntime-node/],
];

const close = (row: Float32Array, tokens: readonly number[]): void => {
  const expected = toyLogits(tokens);
  expected.forEach((value, i) => {
    expect(Math.abs(row[i]! - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
  });
};

describe.each(WAYS)('%s', (_, access, graph, name) => {
  let folder: string;
  let session: Session;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'r1tune-onnx-'));
    session = await createOnnxEngine({ access }).load(writeToy(folder, graph()));
  });
  afterAll(async () => {
    await session.dispose();
    rmSync(folder, { recursive: true });
  });

  it('describes itself', () => {
    expect(session.describe()).toMatchObject({
      engine: expect.stringMatching(name),
      variant: null,
      threads: 1,
      threadsBatch: 1,
      vocabulary: VOCABULARY,
      contextTokens: 64,
      bosToken: 1,
      eosTokens: [2],
    });
    expect(session.tokenize('cab', { special: false })).toEqual([2, 0, 1]);
    expect(Buffer.from(session.tokenBytes(3, { special: false })).toString()).toBe('d');
  });

  it('any way of cutting a text into prefills, steps and cuts back gives the logits of the whole', async () => {
    const token = fc.integer({ min: 0, max: VOCABULARY - 1 });
    const act = fc.oneof(
      fc.record({ kind: fc.constant('prefill' as const), tokens: fc.array(token, { maxLength: 13 }) }),
      fc.record({ kind: fc.constant('step' as const), tokens: fc.array(token, { minLength: 1, maxLength: 8 }) }),
      fc.record({ kind: fc.constant('logits' as const), tokens: fc.array(token, { minLength: 1, maxLength: 8 }) }),
      fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 7 }), async (acts) => {
        const sequence = session.openSequence();
        let text: number[] = [];
        for (const one of acts) {
          if (one.kind === 'truncate') {
            text = text.slice(0, Math.floor(one.share * text.length));
            await sequence.truncate(text.length);
          } else if (text.length + one.tokens.length < 64) {
            const before = text;
            text = [...text, ...one.tokens];
            if (one.kind === 'prefill') await sequence.prefill(one.tokens);
            if (one.kind === 'step') expect((await sequence.step(one.tokens, GREEDY)).token).toBe(toyGreedy(text));
            if (one.kind === 'logits')
              (await sequence.logits(one.tokens)).forEach((row, i) => {
                close(row, [...before, ...one.tokens.slice(0, i + 1)]);
              });
          }
          expect(sequence.tokens).toEqual(text);
        }
        await sequence.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('sequences do not touch one another, also when they decode at the same time', async () => {
    const texts = [[3], [5, 1, 9], [7, 7]];
    const sequences = texts.map(() => session.openSequence());
    await Promise.all(
      sequences.map(async (sequence, i) => {
        let next = await sequence.step(texts[i]!, GREEDY);
        for (let n = 0; n < 12; n++) {
          expect(next.token).toBe(toyGreedy(sequence.tokens));
          next = await sequence.step([next.token], GREEDY);
        }
      }),
    );
    expect(sequences.map(({ tokens }) => tokens.length)).toEqual([13, 15, 14]);
    expect(() => session.openSequence()).toThrow(/All 3 sequences/);
    await Promise.all(sequences.map((sequence) => sequence.dispose()));
  });

  it('a slot that is used again starts empty', async () => {
    const first = session.openSequence();
    await first.prefill([1, 2, 3, 4, 5, 6]);
    await first.dispose();
    const second = session.openSequence();
    close((await second.logits([9]))[0]!, [9]);
    await second.dispose();
  });

  it('a sequence that is closed in the middle of a call leaves nothing to the next one', async () => {
    for (let round = 0; round < 5; round++) {
      const first = session.openSequence();
      const prefill = first.prefill([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2]);
      const closed = first.dispose();
      const others = [session.openSequence(), session.openSequence()];
      expect(() => session.openSequence()).toThrow(/All 3/);
      await expect(prefill).rejects.toThrow(/closed/);
      await closed;
      const next = session.openSequence();
      close((await next.logits([3, round]))[1]!, [3, round]);
      await Promise.all([...others, next].map((sequence) => sequence.dispose()));
    }
  });

  it('a prefill stops between batches when aborted, and tells how far it is', async () => {
    const sequence = session.openSequence();
    const controller = new AbortController();
    const done: number[] = [];
    const prefill = sequence.prefill([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], {
      signal: controller.signal,
      onBatch: (count) => {
        done.push(count);
        if (count === 10) controller.abort(new Error('enough'));
      },
    });
    await expect(prefill).rejects.toThrow('enough');
    expect(done).toEqual([5, 10]);
    expect(sequence.tokens).toHaveLength(10);
    close((await sequence.logits([4]))[0]!, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4]);
    await sequence.dispose();
  });

  it('refuses what it cannot do, and goes on', async () => {
    const sequence = session.openSequence();
    await expect(sequence.prefill(new Array(65).fill(1))).rejects.toThrow(/context holds 64 tokens/);
    await expect(sequence.step([], GREEDY)).rejects.toThrow(/without a token/);
    const both = [sequence.step([1], GREEDY), sequence.step([2], GREEDY)];
    await expect(both[1]).rejects.toThrow(/busy/);
    expect((await both[0]!).token).toBe(toyGreedy([1]));
    await sequence.dispose();
    await sequence.dispose();
    await expect(sequence.step([1], GREEDY)).rejects.toThrow(/closed/);
  });

  it('penalties count what was generated, not the prompt', async () => {
    const sequence = session.openSequence();
    const first = await sequence.step([6, 6, 6], { ...GREEDY, presencePenalty: 2 });
    expect(first.token).toBe(toyGreedy([6, 6, 6]));
    const repelled = await sequence.step([first.token], { ...GREEDY, frequencyPenalty: 2, presencePenalty: 1e6 });
    expect(repelled.token).not.toBe(first.token);
    await sequence.dispose();
  });

  it('counts the time of decode steps', async () => {
    if (!hasNativeTimer(session)) throw new Error('no timer');
    await session.takeDecodeMs();
    const sequence = session.openSequence();
    await sequence.prefill([1, 2, 3]);
    expect(await session.takeDecodeMs()).toBe(0);
    await sequence.step([4], GREEDY);
    expect(await session.takeDecodeMs()).toBeGreaterThan(0);
    await sequence.dispose();
  });
});
