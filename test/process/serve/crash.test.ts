import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/ports.js';
import { systemClock } from '../../../src/runs/clock.js';
import { chatEvents, chatText, type FakeServer, postChat, startFakeServer, until } from '../../helpers/fake-serve.js';

let server: FakeServer;
afterEach(() => server.stop());

const THOUGHT = 'Let me think about rabbits and heads for quite a while, 兔子.';
const ANSWER = 'There are twenty-three chickens and twelve rabbits.';
const SCRIPT = {
  cost: { decodeMs: 4, prefillMsPerToken: 2 },
  vocabulary: { pieces: ['<think>', '</think>'] },
  answers: [
    { after: '<think>\n', say: `${THOUGHT}\n</think>\n\n${ANSWER}` },
    { after: '</think>\n\n', say: ANSWER },
  ],
};
const killWorker = () => process.kill(server.service.fleet.current.workers[0]!.pid!, 'SIGKILL');
const ticket = () => server.service.fleet.dispatcher.running[0];

describe('a worker killed under a request', () => {
  it.each([
    ['before the first byte', () => ticket()?.phase === 'prefill'],
    ['while it thinks', () => (ticket()?.emitted.length ?? 0) > 10],
    ['in the answer', () => (ticket()?.emitted.length ?? 0) > Buffer.byteLength(THOUGHT) + 12],
  ])('%s: the stream goes on without a seam', async (_when, moment) => {
    server = await startFakeServer(SCRIPT);
    const text = chatText(chatEvents(server, {}));
    await until('the moment', moment);
    killWorker();
    expect(await text).toBe(THOUGHT + ANSWER);
    expect(server.deaths).toHaveLength(1);
    expect(server.deaths[0]).toContain('SIGKILL');
    expect(await server.service.metrics.text()).toContain('r1tune_resumed_total 1');
  });

  it('a whole answer too, with sampling', async () => {
    server = await startFakeServer({ ...SCRIPT, confidence: 3, answers: [] });
    const question = { temperature: 1, seed: 5, max_tokens: 80 };
    const text = async () =>
      JSON.stringify(((await (await postChat(server, question)).json()) as { choices: object }).choices);
    const undisturbed = await text();
    const disturbed = text();
    await until('the moment', () => (ticket()?.emitted.length ?? 0) > 20);
    killWorker();
    expect(await disturbed).toBe(undisturbed);
  });

  it('goes on with the other worker at once', async () => {
    server = await startFakeServer(SCRIPT, { candidate: { replicas: 2 } });
    const text = chatText(chatEvents(server, {}));
    await until('it runs', () => (ticket()?.emitted.length ?? 0) > 5);
    const { workers } = server.service.fleet.current;
    process.kill(workers.find(({ active }) => active.size > 0)!.pid!, 'SIGKILL');
    expect(await text).toBe(THOUGHT + ANSWER);
  });
});

describe('a request that kills its workers', () => {
  const POISON = { ...SCRIPT, faults: [{ kind: 'crash', at: 'decode', context: 'poison' }] };

  it('is given up after two, refused from then on, and takes no other along', async () => {
    server = await startFakeServer(POISON, { candidate: { sequences: 3 } });
    const innocent = [chatText(chatEvents(server, {})), chatText(chatEvents(server, {}))];
    await until('two run', () => server.service.fleet.dispatcher.running.length === 2);
    const poison = { messages: [{ role: 'user', content: 'poison' }] };
    const first = await postChat(server, poison);
    expect(first.status).toBe(500);
    expect(first.headers.get('x-should-retry')).toBe('false');
    expect(await first.json()).toMatchObject({ error: { code: 'worker_lost', type: 'server_error' } });
    expect(await Promise.all(innocent)).toEqual([THOUGHT + ANSWER, THOUGHT + ANSWER]);
    const again = await postChat(server, poison);
    expect(again.status).toBe(422);
    expect(await again.json()).toMatchObject({ error: { code: 'request_quarantined' } });
    expect(server.deaths).toHaveLength(2);
  });

  it('ends a stream that has begun with an error event', async () => {
    const faults = [{ kind: 'exit', at: 'decode', context: 'poison', afterCalls: 5 }];
    server = await startFakeServer({ ...SCRIPT, faults });
    const events: string[] = [];
    for await (const data of chatEvents(server, { messages: [{ role: 'user', content: 'poison' }] })) events.push(data);
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ error: { code: 'worker_lost' } });
  });
});

describe('a worker that hangs', () => {
  it.each(['hang', 'block'])('is killed after its silence (%s), and the answer goes on', async (kind) => {
    const faults = [{ kind, at: 'decode', afterCalls: 20, marker: 'hung' }];
    server = await startFakeServer({ ...SCRIPT, faults }, { hang: { decode: 400 } });
    expect(await chatText(chatEvents(server, {}))).toBe(THOUGHT + ANSWER);
    expect(existsSync(join(server.folder, 'hung'))).toBe(true);
    expect(server.deaths.join()).toMatch(/no sign of a decode step for \d+ ms/);
  });

  it('is not confused with a slow but living one', async () => {
    server = await startFakeServer({ ...SCRIPT, cost: { decodeMs: 60 } }, { hang: { decode: 400 } });
    expect(await chatText(chatEvents(server, { max_tokens: 20 }))).not.toContain('cut off');
    expect(server.deaths).toEqual([]);
  });
});

describe('workers that cannot live', () => {
  it('refuse to start with their own reason', async () => {
    const faults = [{ kind: 'refuse-binding', at: 'load' }];
    server = { stop: async () => {} } as FakeServer;
    await expect(startFakeServer({ faults })).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    await expect(startFakeServer({ faults: [{ kind: 'crash', at: 'load' }] })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringContaining('SIGABRT'),
    });
    await expect(
      startFakeServer({ faults: [{ kind: 'hang', at: 'load' }] }, { hang: { load: 500 } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('no sign of loading'),
    });
  });

  it('come back after growing delays, and the server is not ready meanwhile', async () => {
    server = await startFakeServer(SCRIPT);
    const { fleet } = server.service;
    const delays: number[] = [];
    for (let death = 0; death < 2; death++) {
      const diedMs = performance.now();
      killWorker();
      await until('it is gone', () => !fleet.isUp);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${server.url}/livez`)).status).toBe(200);
      await until('a worker is up', () => fleet.isUp, 8000);
      delays.push(performance.now() - diedMs);
    }
    expect(delays[0]!).toBeGreaterThan(490);
    expect(delays[1]!).toBeGreaterThan(990);
  });

  it('end the server after more than five deaths in a minute', async () => {
    const hurried: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) };
    server = await startFakeServer(SCRIPT, { deps: { clock: hurried } });
    const { fleet } = server.service;
    for (let death = 0; death < 6; death++) {
      await until('a worker is up', () => fleet.isUp);
      killWorker();
      await until('it is gone', () => !fleet.isUp);
    }
    expect(await server.broken).toMatchObject({ code: 'WORKER_FAILED', message: expect.stringContaining('SIGKILL') });
    expect((await fetch(`${server.url}/livez`)).status).toBe(503);
    expect((await postChat(server, {})).status).toBe(500);
  });
});
