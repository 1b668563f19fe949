import { afterEach, describe, expect, it } from 'vitest';
import { chatEvents, chatText, type FakeServer, postChat, startFakeServer, until } from '../../helpers/fake-serve.js';

let server: FakeServer;
afterEach(() => server.stop());

const running = () => server.service.fleet.dispatcher.running;
const queued = () => server.service.fleet.dispatcher.queued;
const activeInWorker = () => server.service.fleet.current.workers.reduce((sum, { active }) => sum + active.size, 0);

/** Endless words, `decodeMs` each. */
const endless = (decodeMs: number) => ({ cost: { decodeMs, prefillMsPerToken: 0 } });

describe('a client that leaves', () => {
  it('while it waits: nothing of it is ever evaluated', async () => {
    server = await startFakeServer(endless(5));
    const first = new AbortController();
    const second = new AbortController();
    const a = postChat(server, { stream: true }, first.signal);
    await until('the first runs', () => running().length === 1);
    const b = postChat(server, {}, second.signal).catch((error: Error) => error.name);
    await until('the second waits', () => queued().length === 1);
    const [waiting] = queued();
    second.abort();
    expect(await b).toBe('AbortError');
    await until('it is taken from the queue', () => queued().length === 0);
    (await a).body?.cancel();
    await until('the worker is free', () => activeInWorker() === 0);
    expect(waiting).toMatchObject({ state: 'ended', emitted: [], startedMs: undefined });
  });

  it('while its prompt is evaluated: within one batch', async () => {
    server = await startFakeServer({ cost: { prefillMsPerToken: 2 } }, { candidate: { batch: 32 } });
    const abort = new AbortController();
    const content = 'x'.repeat(3000);
    postChat(server, { messages: [{ role: 'user', content }] }, abort.signal).catch(() => {});
    await until('it runs', () => running().length === 1);
    const start = performance.now();
    abort.abort();
    await until('the worker is free', () => activeInWorker() === 0);
    // A batch takes 64 ms, the whole prompt 6 s.
    expect(performance.now() - start).toBeLessThan(600);
  });

  it('while it is answered: within one step, and others get the same bytes as without it', async () => {
    server = await startFakeServer(endless(10), { candidate: { sequences: 2 } });
    const question = { messages: [{ role: 'user', content: 'B' }], max_tokens: 60 };
    const alone = await chatText(chatEvents(server, question));
    const abort = new AbortController();
    const other = chatEvents(server, question);
    const together = chatText(other);
    await until('B runs', () => running().length === 1);
    const a = await postChat(server, { stream: true }, abort.signal);
    const reader = a.body!.getReader();
    await reader.read();
    const start = performance.now();
    abort.abort();
    await until('only B is left', () => activeInWorker() === 1);
    expect(performance.now() - start).toBeLessThan(300);
    expect(await together).toBe(alone);
    expect(alone.length).toBeGreaterThan(40);
  });

  it('200 times in a hurry: the next one is answered at once', async () => {
    server = await startFakeServer(
      { ...endless(5), answers: [{ when: 'quick', after: '<think>\n', say: '</think>ok' }] },
      {
        candidate: { sequences: 4 },
        settings: { admission: { maxQueued: 300, maxQueuedTokens: 1e6, maxPerTenant: 300 } },
      },
    );
    const hasty = Array.from({ length: 200 }, () =>
      postChat(server, {}, AbortSignal.timeout(500)).then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
    expect(new Set(await Promise.all(hasty))).toEqual(new Set(['TimeoutError']));
    const start = performance.now();
    const answer = await postChat(server, { messages: [{ role: 'user', content: 'quick' }] });
    expect(((await answer.json()) as { choices: { message: object }[] }).choices[0]?.message).toMatchObject({
      content: 'ok',
    });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(server.deaths).toEqual([]);
  });
});
