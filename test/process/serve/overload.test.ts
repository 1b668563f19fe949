import { afterEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../../src/serve/http/guards.js';
import { chatEvents, chatText, type FakeServer, postChat, startFakeServer, until } from '../../helpers/fake-serve.js';

let server: FakeServer;
afterEach(() => server.stop());

const BRIEF = {
  cost: { decodeMs: 3 },
  answers: [{ after: '<think>\n', say: 'x</think>answered' }],
  vocabulary: { pieces: ['<think>', '</think>'] },
};
const KEY = 'a-secret-key-of-a-client';
const limits = (maxQueued: number, maxPerTenant = 1000) => ({
  admission: { maxQueued, maxQueuedTokens: 1e6, maxPerTenant },
});

describe('a burst of ten times what the server can hold', () => {
  it('refuses what does not fit, loses nothing it accepted, and keeps its memory', async () => {
    server = await startFakeServer(BRIEF, { candidate: { sequences: 2 }, settings: limits(18) });
    const one = async (): Promise<{ status: number; ms: number; retryAfter: number; text: string }> => {
      const start = performance.now();
      const response = await postChat(server, {});
      const ms = performance.now() - start;
      const text = await response.text();
      return { status: response.status, ms, retryAfter: Number(response.headers.get('retry-after')), text };
    };
    await one();
    const before = process.memoryUsage().rss;
    // Each of ten rounds: 200 requests at once for 20 places.
    for (let round = 0; round < 10; round++) {
      const all = await Promise.all(Array.from({ length: 200 }, one));
      const refused = all.filter(({ status }) => status === 503);
      const accepted = all.filter(({ status }) => status === 200);
      expect(accepted.length + refused.length).toBe(200);
      expect(accepted.length).toBeGreaterThanOrEqual(20);
      expect(accepted.every(({ text }) => text.includes('answered'))).toBe(true);
      expect(
        refused.every(({ retryAfter }) => Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 30),
      ).toBe(true);
      expect(refused.every(({ text }) => text.includes('queue_full'))).toBe(true);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 ** 2);
  });

  it('says no in under 50 ms while it is busy', async () => {
    server = await startFakeServer({ cost: { decodeMs: 5 } }, { settings: limits(0) });
    const abort = new AbortController();
    await postChat(server, { stream: true }, abort.signal);
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      expect((await postChat(server, {})).status).toBe(503);
      times.push(performance.now() - start);
    }
    abort.abort();
    expect(times.sort((a, b) => a - b)[45]!).toBeLessThan(50);
    expect(await server.service.metrics.text()).toContain('r1tune_rejected_total{reason="queueFull"} 50');
  });
});

describe('limits', () => {
  it("a key's own limit is 429, and a freed place is given again", async () => {
    const access = { keys: [{ name: 'a', sha256: hashKey(KEY) }], hosts: null, origins: [] };
    server = await startFakeServer({ cost: { decodeMs: 2 } }, { settings: { ...limits(10, 1), access } });
    const abort = new AbortController();
    await postChat(server, { stream: true }, abort.signal, KEY);
    const refused = await postChat(server, {}, undefined, KEY);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.headers.has('x-should-retry')).toBe(false);
    abort.abort();
    await until('the place is free', () => server.service.fleet.dispatcher.running.length === 0);
    expect((await postChat(server, { max_tokens: 1 }, undefined, KEY)).status).toBe(200);
  });

  it('what cannot begin within the time the client waits is refused at once', async () => {
    server = await startFakeServer(
      { cost: { decodeMs: 5 } },
      { settings: { ...limits(10), expectedServiceMs: 60_000 } },
    );
    const abort = new AbortController();
    await postChat(server, { stream: true }, abort.signal);
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-stainless-timeout': '5' },
      body: JSON.stringify({ model: 'fake-r1', messages: [{ role: 'user', content: 'Why?' }] }),
    });
    abort.abort();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'cannot_finish_in_time' } });
  });

  it('answers share the places: n counts', async () => {
    server = await startFakeServer(BRIEF, { settings: limits(2) });
    expect((await postChat(server, { n: 4 })).status).toBe(503);
    expect((await postChat(server, { n: 3 })).status).toBe(200);
  });

  it('a request that lives too long is ended with an error', async () => {
    server = await startFakeServer({ cost: { decodeMs: 5 } }, { settings: { deadlineMs: 300 } });
    const late = await postChat(server, {});
    expect(late.status).toBe(504);
    const events: string[] = [];
    for await (const data of chatEvents(server, {})) events.push(data);
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ error: { code: 'deadline_exceeded' } });
    await until('its sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });
});

describe('many at once', () => {
  it('share a worker fairly and all get their own answer', async () => {
    const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
      when: `question ${name}`,
      after: '<think>\n',
      say: `${name} thinks</think>${name} answers`,
    }));
    server = await startFakeServer({ ...BRIEF, answers }, { candidate: { sequences: 3, replicas: 2 } });
    const texts = await Promise.all(
      answers.map(({ when }) => chatText(chatEvents(server, { messages: [{ role: 'user', content: when }] }))),
    );
    expect(texts).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name} thinks${name} answers`));
  });

  it('one beside another gets an idle worker, though the busy one knows the chat template', async () => {
    server = await startFakeServer({ cost: { decodeMs: 20 } }, { candidate: { sequences: 2, replicas: 2 } });
    const ask = (content: string, max_tokens: number) =>
      postChat(server!, { messages: [{ role: 'user', content }], max_tokens, ignore_eos: true });
    await (await ask('first', 2)).text();
    const answers = [ask('second', 60), ask('third', 60)];
    const batches = async () =>
      [...(await (await fetch(`${server!.url}/metrics`)).text()).matchAll(/^r1tune_batch_size{.*} (\d+)/gm)].map(
        ([, size]) => Number(size),
      );
    await until('both run', async () => (await batches()).reduce((a, b) => a + b, 0) === 2);
    expect(await batches()).toEqual([1, 1]);
    await Promise.all(answers);
  });
});
