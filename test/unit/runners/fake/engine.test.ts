import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../../../src/core/candidate.js';
import { GREEDY, type Sequence, type Session } from '../../../../src/core/engine.js';
import { costModel } from '../../../../src/runners/fake/cost.js';
import { createFakeEngine } from '../../../../src/runners/fake/index.js';
import { fakeScriptSchema } from '../../../../src/runners/fake/script.js';
import { fakeModel } from '../../../helpers/fake-serve.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-fake-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const candidate = baseCandidate('fake', 'q4_0', 1);
function load(script: object, knobs: Partial<Candidate> = {}): Promise<Session> {
  const path = join(folder, 'script.json');
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', cost: { loadMs: 0, decodeMs: 0 }, ...script }));
  return createFakeEngine().load({
    model: fakeModel(path),
    candidate: { ...candidate, ...knobs },
    contextTokens: 500,
    sequences: 2,
  });
}

async function say(session: Session, sequence: Sequence, prompt: string, most = 200): Promise<string> {
  const eos = session.describe().eosTokens[0]!;
  const bytes: number[] = [];
  let next = session.tokenize(prompt, { special: true });
  for (let i = 0; i < most; i++) {
    const { token } = await sequence.step(next, GREEDY);
    if (token === eos) break;
    bytes.push(...session.tokenBytes(token, { special: false }));
    next = [token];
  }
  return Buffer.from(bytes).toString();
}

describe('the fake engine', () => {
  it('says what its script says, and an answer can lead to the next', async () => {
    const session = await load({
      answers: [
        { after: 'Q:', say: 'thinking 😀;' },
        { after: ';', say: ' done' },
        { after: 'Q:', when: 'rabbits', say: 'twelve' },
      ],
    });
    expect(await say(session, session.openSequence(), 'Q:')).toBe('thinking 😀; done');
  });

  it('splits characters over tokens as a vocabulary may', async () => {
    const session = await load({
      vocabulary: { splitPieces: ['f09f98'], pieces: ['hello'] },
      answers: [{ after: 'Q', say: 'hello😀' }],
    });
    expect(session.tokenize('hello😀', { special: false })).toHaveLength(3);
    expect(await say(session, session.openSequence(), 'Q')).toBe('hello😀');
  });

  it('makes special tokens only when asked', async () => {
    const session = await load({});
    const [special] = session.tokenize('<｜User｜>', { special: true });
    expect(session.tokenize('<｜User｜>', { special: false }).length).toBeGreaterThan(5);
    expect(session.tokenBytes(special!, { special: false })).toHaveLength(0);
    expect(Buffer.from(session.tokenBytes(special!, { special: true })).toString()).toBe('<｜User｜>');
  });

  it('goes on the same after its tokens were fed to another sequence', async () => {
    const session = await load({ seed: 3 });
    const whole = await say(session, session.openSequence(), 'a', 60);
    const head = whole.slice(0, 20);
    expect(head + (await say(session, session.openSequence(), `a${head}`, 60))).toContain(whole);
  });

  it('truncates, prefills and stops at the end of its context', async () => {
    const session = await load({});
    const sequence = session.openSequence();
    await sequence.prefill([65, 66, 67]);
    await sequence.truncate(1);
    expect(sequence.tokens).toEqual([65]);
    const abort = AbortSignal.abort(new Error('left'));
    await expect(sequence.prefill([65], { signal: abort })).rejects.toThrow('left');
    await expect(sequence.prefill(Array(500).fill(65))).rejects.toThrow('context of 500 tokens is full');
  });

  it('meets its faults where and for whom they are set', async () => {
    const faults = [
      { kind: 'refuse-binding', at: 'load', when: { binding: ['bad'] } },
      { kind: 'error', at: 'decode', afterCalls: 2, when: { threads: [7] } },
      { kind: 'error', at: 'prefill', marker: 'once' },
    ];
    await expect(load({ faults }, { binding: { ...candidate.binding, name: 'bad' } })).rejects.toMatchObject({
      code: 'NOT_PERMITTED',
    });
    const unhurt = await load({ faults });
    await say(unhurt, unhurt.openSequence(), 'a', 5);
    const session = await load({ faults }, { threads: 7 });
    const sequence = session.openSequence();
    await sequence.step([65], GREEDY);
    await sequence.step([65], GREEDY);
    await expect(sequence.step([65], GREEDY)).rejects.toThrow('fails here (decode)');
    await expect(sequence.prefill([65])).rejects.toThrow('fails here (prefill)');
    await sequence.prefill([65]);
    expect(existsSync(join(folder, 'once'))).toBe(true);
  });

  it('refuses a script that is none, saying what is wrong', async () => {
    await expect(load({ cost: { decodeMs: -1 } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('decodeMs'),
    });
  });
});

describe('the cost model', () => {
  const costs = (knobs: Partial<Candidate>, cost: object = {}) =>
    costModel(
      fakeScriptSchema.parse({
        kind: 'r1-tune/fake-engine',
        cost: { decodeMs: 100, parallelShare: 0.9, bestThreads: 4, crowding: 0.1, ...cost },
      }),
      { ...candidate, ...knobs },
      'x',
    );

  it('follows Amdahl up to the best number of threads, then gets worse', () => {
    const times = [1, 2, 4, 8].map((threads) => costs({ threads }).decodeMs(1));
    expect(times[0]).toBeCloseTo(100);
    expect(times[1]).toBeCloseTo(55);
    expect(times[2]).toBeCloseTo(32.5);
    expect(times[3]).toBeGreaterThan(times[2]!);
  });

  it('multiplies factors of knobs and adds a share for each further sequence', () => {
    const cost = { quant: { q8_0: 2 }, batchShare: 0.25 };
    expect(costs({ quant: 'q8_0' }, cost).decodeMs(1)).toBeCloseTo(200);
    expect(costs({}, cost).decodeMs(3)).toBeCloseTo(150);
  });

  it('draws noise from its seed', () => {
    const noisy = () => Array.from({ length: 200 }, () => model.decodeMs(1));
    let model = costs({}, { noise: 0.1 });
    const first = noisy();
    model = costs({}, { noise: 0.1 });
    expect(noisy()).toEqual(first);
    const logs = first.map((ms) => Math.log(ms / 100));
    const sd = Math.sqrt(logs.reduce((sum, x) => sum + x * x, 0) / logs.length);
    expect(sd).toBeGreaterThan(0.08);
    expect(sd).toBeLessThan(0.12);
  });
});
