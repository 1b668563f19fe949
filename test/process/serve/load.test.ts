import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { systemClock } from '../../../src/runs/clock.js';
import { summarize } from '../../../src/runs/load/summarize.js';
import { arrivals, closedLoop, type LoadPlan, openLoop } from '../../../src/serve/load/loops.js';
import { randomPrompt, wordsOfTokens } from '../../../src/serve/load/questions.js';
import { type FakeServer, startFakeServer } from '../../helpers/fake-serve.js';

let fake: FakeServer | undefined;
let other: Server | undefined;
afterEach(async () => {
  await fake?.stop();
  other?.closeAllConnections();
  other?.close();
  fake = other = undefined;
});

function planFor(url: string, more: Partial<LoadPlan> = {}): LoadPlan {
  const random = seededRandom(1);
  return {
    target: { url: `${url}/v1`, model: 'fake-r1', key: null },
    nextQuestion: () => ({ prompt: randomPrompt(random, 20), maxTokens: 20, temperature: 0, ignoreEos: true }),
    durationMs: 1500,
    graceMs: 10_000,
    clock: systemClock,
    ...more,
  };
}
const NO_SLO = { ttftMs: null, tpotMs: null };

/** A server of someone else: two tokens a chunk, no usage, and a stall in the middle of everything. */
async function stallingServer(stallFromMs: number, stallMs: number): Promise<string> {
  const startMs = performance.now();
  other = createServer((_request, response) => {
    const sinceMs = performance.now() - startMs;
    const waitMs = sinceMs > stallFromMs && sinceMs < stallFromMs + stallMs ? stallFromMs + stallMs - sinceMs : 0;
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"a b"}}]}\r\n\r\ndata: [DONE]\r\n\r\n');
    }, waitMs);
  });
  await new Promise<void>((resolve) => other!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

describe('load', () => {
  it('a closed loop measures tokens, latencies and their counts', async () => {
    fake = await startFakeServer({ cost: { decodeMs: 10, batchShare: 0 } }, { candidate: { sequences: 2 } });
    const exchanges = await closedLoop(planFor(fake.url), 2);
    const summary = summarize('2 clients', exchanges, { ttftMs: 10_000, tpotMs: 1 });
    expect(summary.completed).toBe(exchanges.length);
    expect(exchanges.every(({ outputTokens }) => outputTokens === 20)).toBe(true);
    expect(summary.itl.p50.value).toBeGreaterThan(9);
    expect(summary.itl.p50.sampleCount).toBeLessThanOrEqual(19 * exchanges.length);
    expect(summary.tpot.p50.value).toBeGreaterThan(9);
    expect(summary.outputTokensPerSecond).toBeGreaterThan(20);
    expect(summary.outputTokensPerSecond).toBeLessThan(210);
    // No answer comes at a millisecond a token: all are outside the objective.
    expect(summary.goodputPerSecond).toBe(0);
    expect(exchanges.every(({ promptTokens }) => promptTokens! > 20)).toBe(true);
  });

  it('an open loop shows a stall that a closed loop hides', async () => {
    const plan = planFor(await stallingServer(500, 800), { durationMs: 2000 });
    const open = summarize('open', await openLoop(plan, 40, seededRandom(3)), NO_SLO);
    expect(open.completed).toBe(open.requests);
    expect(open.ttft.p90.value).toBeGreaterThan(400);
    const again = planFor(await stallingServer(500, 800), { durationMs: 2000 });
    const closed = summarize('closed', await closedLoop(again, 1), NO_SLO);
    expect(closed.ttft.p90.value).toBeLessThan(200);
  });

  it('counts refusals by reason and does not hammer', async () => {
    fake = await startFakeServer(
      { cost: { decodeMs: 20 } },
      { settings: { admission: { maxQueued: 0, maxQueuedTokens: 1e6, maxPerTenant: 99 } } },
    );
    const summary = summarize('4', await closedLoop(planFor(fake.url), 4), NO_SLO);
    expect(summary.failures['503 queue_full']).toBeGreaterThan(3);
    expect(summary.requests).toBeLessThan(100);
    expect(summary.completed).toBeGreaterThan(0);
  });

  it('prompts have about the tokens asked for, whatever a word costs on the server', async () => {
    fake = await startFakeServer({});
    const { target } = planFor(fake.url);
    const words = await wordsOfTokens(target, systemClock, seededRandom(7), 300);
    // The fake engine's tokens are short pieces of words.
    expect(words).toBeLessThan(200);
    const random = seededRandom(8);
    const nextQuestion = () => ({ prompt: randomPrompt(random, words), maxTokens: 1, temperature: 0, ignoreEos: true });
    const exchanges = await closedLoop(planFor(fake.url, { nextQuestion, durationMs: 300 }), 1);
    const counts = exchanges.map(({ promptTokens }) => promptTokens!);
    const mean = counts.reduce((a, b) => a + b) / counts.length;
    expect(mean).toBeGreaterThan(300 * 0.85);
    expect(mean).toBeLessThan(300 * 1.15);
  });

  it('a server that counts no tokens is asked for so many words', async () => {
    const target = { url: `${await stallingServer(1e9, 0)}/v1`, model: 'x', key: null };
    expect(await wordsOfTokens(target, systemClock, seededRandom(7), 300)).toBe(300);
  });

  it('a server that is not there is a failure, not an exception', async () => {
    const summary = summarize('x', await closedLoop(planFor('http://127.0.0.1:9', { durationMs: 150 }), 1), NO_SLO);
    expect(summary).toMatchObject({ completed: 0, failures: { network: expect.any(Number) } });
  });

  it('arrivals are a Poisson process of the asked rate, the same for the same seed', () => {
    const moments = arrivals(100, 100_000, seededRandom(5));
    expect(moments.length).toBeGreaterThan(9600);
    expect(moments.length).toBeLessThan(10_400);
    const gaps = moments.slice(1).map((ms, i) => ms - moments[i]!);
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(sd / mean).toBeCloseTo(1, 1);
    expect(arrivals(100, 100_000, seededRandom(5))).toEqual(moments);
  });
});
