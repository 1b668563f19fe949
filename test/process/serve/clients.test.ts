import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTP_LIMITS } from '../../../src/serve/http/app.js';
import { CONNECTION_LIMITS } from '../../../src/serve/http/client-connection.js';
import { type FakeServer, postChat, startFakeServer, until } from '../../helpers/fake-serve.js';

let server: FakeServer;
afterEach(() => server.stop());

const port = () => Number(new URL(server.url).port);
const head = (length: number) =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

function open(): { socket: Socket; received: () => string; closed: Promise<void> } {
  let text = '';
  const socket = connect(port(), '127.0.0.1');
  socket.on('data', (data) => {
    text += data;
  });
  socket.on('error', () => {});
  return { socket, received: () => text, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
}

describe('a client that reads slowly', () => {
  it('is paused with bounded memory, goes on when it reads, and is dropped when it never does', async () => {
    const long = 'x'.repeat(20_000);
    server = await startFakeServer(
      {
        cost: { decodeMs: 0 },
        vocabulary: { pieces: [long, '<think>', '</think>'] },
        answers: [{ after: '<think>\n', say: `</think>${long.repeat(2000)}` }],
      },
      { settings: { connection: { ...CONNECTION_LIMITS, patienceMs: 1500 } } },
    );
    const body = JSON.stringify({ model: 'fake-r1', stream: true, messages: [{ role: 'user', content: 'Why?' }] });
    const client = open();
    client.socket.write(head(body.length) + body);
    await until('it has begun', () => client.received().length > 100_000);
    client.socket.pause();
    const ticket = server.service.fleet.dispatcher.running[0]!;
    await until('it is paused', () => ticket.isPaused);
    const emitted = ticket.emitted.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ticket.emitted.length - emitted).toBeLessThanOrEqual(5);
    client.socket.resume();
    await until('it goes on', () => !ticket.isPaused);
    client.socket.pause();
    await until('it is paused again', () => ticket.isPaused, 20_000);
    await until('it is dropped', () => ticket.state === 'ended', 4000);
    await until('its sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
    client.socket.destroy();
    expect(await server.service.metrics.text()).toContain('r1tune_cancelled_total{stage="decode"} 1');
  });
});

describe('a client that writes slowly', () => {
  it.each([
    ['its head', (socket: Socket) => void socket.write('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n')],
    ['its body', (socket: Socket) => drip(socket)],
  ])('%s: is answered 408 within 3 s of the limit', async (_part, send) => {
    const http = { bodyBytes: 1e6, headersMs: 1000, requestMs: 1000, connections: 100 };
    server = await startFakeServer({}, { settings: { http } });
    const client = open();
    send(client.socket);
    const start = performance.now();
    await client.closed;
    expect(performance.now() - start).toBeLessThan(4000);
    expect(client.received()).toMatch(/^HTTP\/1.1 408 /);
    expect(client.received()).toContain('"request_timeout"');
  });

  function drip(socket: Socket): void {
    socket.write(`${head(1000)}{`);
    const timer = setInterval(() => socket.write(' '), 100);
    socket.on('close', () => clearInterval(timer));
  }
});

describe('too many connections', () => {
  const PROBE = 'GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

  it('the one beyond the limit is closed, the others are served, and a freed place is given again', async () => {
    const http = { ...HTTP_LIMITS, connections: 2 };
    server = await startFakeServer({}, { settings: { http } });
    const [first, second] = [open(), open()];
    await until('both are in', async () => !first.socket.connecting && !second.socket.connecting);
    first.socket.write(PROBE);
    await until('it is answered', () => first.received().includes('200 OK'));
    const third = open();
    await third.closed;
    expect(third.received()).toBe('');
    second.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const fourth = open();
    fourth.socket.write(PROBE);
    await until('it is answered', () => fourth.received().includes('200 OK'));
    fourth.socket.destroy();
    first.socket.destroy();
  });
});

describe('a client that waits long', () => {
  const connection = { ...CONNECTION_LIMITS, keepAliveMs: 100, earlyHeadMs: 200 };
  const slow = { cost: { prefillMsPerToken: 0, decodeMs: 1 }, faults: [{ kind: 'slow', at: 'decode', slowMs: 900 }] };

  it('for a whole answer gets its head early and blanks, and valid JSON in the end', async () => {
    server = await startFakeServer(slow, { settings: { connection } });
    const start = performance.now();
    const response = await postChat(server, { max_tokens: 1 });
    expect(performance.now() - start).toBeLessThan(700);
    const text = await response.text();
    expect(text).toMatch(/^ {2,}\{/);
    expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion' });
  });

  it('for a stream gets comments', async () => {
    server = await startFakeServer(slow, { settings: { connection } });
    const text = await (await postChat(server, { max_tokens: 1, stream: true })).text();
    expect(text).toMatch(/^(: keep-alive\n\n){2,}data: /);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });
});

describe('a prompt at the edge of the context', () => {
  it('fits with one token to spare, and is refused without', async () => {
    server = await startFakeServer({ vocabulary: { hasBos: false } }, { contextTokens: 100 });
    const ask = (prompt: number, max_tokens: number) =>
      fetch(`${server.url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'fake-r1', prompt: 'x'.repeat(prompt), max_tokens }),
      });
    expect((await ask(100, 1)).status).toBe(400);
    expect(await (await ask(101, 1)).json()).toMatchObject({
      error: { code: 'context_length_exceeded', param: 'prompt' },
    });
    const chat = await postChat(server, { messages: [{ role: 'user', content: 'x'.repeat(200) }] });
    expect(await chat.json()).toMatchObject({ error: { code: 'context_length_exceeded', param: 'messages' } });
    expect(await (await ask(99, 50)).json()).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { prompt_tokens: 99, completion_tokens: 1 },
    });
    expect(await (await ask(90, 50)).json()).toMatchObject({ usage: { completion_tokens: 10 } });
  });
});
