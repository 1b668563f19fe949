import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashKey } from '../../../src/serve/http/guards.js';
import { openApiDocument } from '../../../src/serve/http/openapi.js';
import { type FakeServer, startFakeServer } from '../../helpers/fake-serve.js';

const KEY = 'a-very-secret-key-of-a';
let open: FakeServer;
let locked: FakeServer;

beforeAll(async () => {
  open = await startFakeServer(
    {},
    { settings: { access: { keys: [], hosts: ['127.0.0.1'], origins: ['https://friend.example'] } } },
  );
  const keys = [
    { name: 'a', sha256: hashKey(KEY) },
    { name: 'b', sha256: hashKey('another-secret-key-of-b') },
  ];
  locked = await startFakeServer({}, { settings: { access: { keys, hosts: null, origins: [] } } });
});
afterAll(() => Promise.all([open.stop(), locked.stop()]));

type Answer = { status: number; headers: Record<string, unknown>; body: string };

/** node:http, because fetch forbids the headers that matter here. */
function call(
  server: FakeServer,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, server.url),
      { method, headers: { connection: 'close', ...headers } },
      (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const PUBLIC = ['GET /health', 'GET /livez', 'GET /readyz', 'GET /', 'GET /ui/chat.js', 'GET /ui/texts.js'];
const routes = Object.entries(openApiDocument('0', true).paths).flatMap(([path, methods]) =>
  Object.keys(methods)
    .filter((method) => ['get', 'post'].includes(method))
    .map((method) => `${method.toUpperCase()} ${path.replace('{model}', 'fake-r1')}`),
);

describe('keys', () => {
  it('are asked for on every route of the router but the probes and the empty page', async () => {
    expect(routes.length).toBeGreaterThan(8);
    for (const route of [...routes, ...PUBLIC.slice(3), 'GET /v1/nothing', 'POST /v1/embeddings', 'HEAD /metrics']) {
      const [method, path] = route.split(' ') as [string, string];
      const without = await call(locked, method, path);
      const wrong = await call(locked, method, path, { authorization: 'Bearer a-very-secret-key-of-b' });
      const right = await call(locked, method, path, { authorization: `Bearer ${KEY}` });
      const isPublic = PUBLIC.includes(route);
      expect([route, without.status === 401, wrong.status === 401]).toEqual([route, !isPublic, !isPublic]);
      expect([route, right.status]).not.toEqual([route, 401]);
      if (!isPublic && method !== 'HEAD')
        expect(JSON.parse(without.body)).toMatchObject({
          error: path.startsWith('/v1/messages')
            ? { type: 'authentication_error' }
            : { code: 'invalid_api_key', param: null },
        });
    }
  });

  it('that are malformed are no keys', async () => {
    for (const authorization of [KEY, `Basic ${KEY}`, 'Bearer', 'Bearer  ', `Bearer ${KEY} x`, `Bearer ${KEY}x`])
      expect((await call(locked, 'GET', '/v1/models', { authorization })).status).toBe(401);
  });

  it('are named in the access log, never written out', async () => {
    await call(locked, 'GET', '/v1/models', { authorization: `Bearer ${KEY}` });
    expect(locked.logged.some(({ tenant, route }) => tenant === 'a' && route === '/v1/models')).toBe(true);
    expect(JSON.stringify(locked.logged)).not.toContain(KEY);
  });
});

describe('other sites and names', () => {
  it('a foreign Host is refused on loopback (DNS rebinding)', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example'])
      expect([host, (await call(open, 'GET', '/v1/models', { host })).status]).toEqual([host, 403]);
    expect((await call(open, 'GET', '/v1/models', { host: '127.0.0.1:1' })).status).toBe(200);
  });

  it('a foreign Origin is refused, preflight and all', async () => {
    const origin = 'https://evil.example';
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await call(open, method, '/v1/chat/completions', { origin });
      expect([method, answer.status]).toEqual([method, 403]);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('an allowed Origin may call', async () => {
    const origin = 'https://friend.example';
    const preflight = await call(open, 'OPTIONS', '/v1/chat/completions', {
      origin,
      'access-control-request-method': 'POST',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe(origin);
    const answer = await call(open, 'GET', '/v1/models', { origin });
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    const body = JSON.stringify({ model: 'fake-r1', prompt: 'x', max_tokens: 1 });
    const made = await call(open, 'POST', '/v1/completions', { origin, 'content-type': 'application/json' }, body);
    expect([made.status, made.headers['access-control-allow-origin']]).toEqual([200, origin]);
  });

  it("the server's own origin may", async () => {
    const { host, origin } = new URL(open.url);
    expect((await call(open, 'GET', '/v1/models', { host, origin })).status).toBe(200);
  });
});

describe('malformed requests', () => {
  const json = { 'content-type': 'application/json' };

  it('names that JavaScript gives a meaning are names like any other', async () => {
    const schema = '{"type":"object","properties":{"__proto__":{"type":"null"}},"required":["__proto__"]}';
    const form = `{"type":"json_schema","json_schema":{"name":"a","schema":${schema}}}`;
    const metadata = '{"__proto__":"x","constructor":"y"}';
    const body = `{"model":"fake-r1","messages":[{"role":"user","content":"x"}],"metadata":${metadata},"reasoning_effort":"none","response_format":${form}}`;
    const answer = await call(open, 'POST', '/v1/chat/completions', json, body);
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('__proto__')]);
  });

  it.each([
    ['no body', 'POST', '/v1/chat/completions', json, '', 400],
    ['broken JSON', 'POST', '/v1/chat/completions', json, '{"model":', 400],
    ['a bare string', 'POST', '/v1/chat/completions', json, '"x"', 400],
    ['null', 'POST', '/v1/chat/completions', json, 'null', 400],
    ['a compressed body', 'POST', '/v1/chat/completions', { ...json, 'content-encoding': 'gzip' }, 'x', 415],
    ['headers of 20 kB', 'GET', '/v1/models', { 'x-long': 'x'.repeat(20_000) }, '', 431],
    ['a method of tomorrow', 'QUERY', '/v1/chat/completions', {}, '', 405],
    ['100,000 brackets', 'POST', '/v1/chat/completions', json, '['.repeat(100_000), 400],
    ['deep nesting', 'POST', '/v1/chat/completions', json, `{"metadata":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
    ['another media type', 'POST', '/v1/chat/completions', { 'content-type': 'text/xml' }, '<a/>', 415],
    ['5 MB', 'POST', '/v1/chat/completions', json, JSON.stringify({ model: 'x'.repeat(5e6) }), 413],
    ['a wrong method', 'DELETE', '/v1/chat/completions', {}, '', 405],
    ['an unknown path', 'GET', '/v1/nothing', {}, '', 404],
    ['a broken path', 'GET', '/v1/models/%E0%A4%A', {}, '', 400],
  ])('%s', async (_what, method, path, headers, body, status) => {
    const answer = await call(open, method, path, headers, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: expect.any(String) },
    });
    expect(open.reported).toEqual([]);
  });
});
