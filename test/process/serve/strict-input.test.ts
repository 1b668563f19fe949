import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../../helpers/fake-serve.js';

/** Fields and routes as the OpenAI API takes them, and its error body for everything else. */

let server: FakeServer;
beforeAll(async () => {
  server = await startFakeServer(
    {
      cost: { decodeMs: 0 },
      vocabulary: { pieces: ['<think>', '</think>'] },
      answers: [{ after: '<think>\n', say: 'hm</think>yes' }],
    },
    { candidate: { sequences: 4 }, contextTokens: 4096 },
  );
});
afterAll(() => server.stop());

const json = { 'content-type': 'application/json' };
const post = (path: string, body: object) =>
  fetch(`${server.url}/v1/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
const messages = [{ role: 'user', content: 'Why?' }];
const chat = (change: object) => post('chat/completions', { model: 'fake-r1', messages, max_tokens: 4, ...change });
const plain = (change: object) => post('completions', { model: 'fake-r1', prompt: 'Once', max_tokens: 4, ...change });
const said = (content: unknown, role = 'user') => ({ messages: [{ role, content }] });

describe('chat takes', () => {
  const schema = { type: 'object', properties: { a: { enum: [1] } }, required: ['a'] };
  it.each<[string, object]>([
    ['both names of the limit', { max_tokens: 9, max_completion_tokens: 2 }],
    ['null for everything that can be left out', { temperature: null, stop: null, n: null, seed: null, stream: null }],
    ['the limits of temperature', { temperature: 0, top_p: 0 }],
    ['the other limits of temperature', { temperature: 2, top_p: 1 }],
    ['a stop string', { stop: 'x' }],
    ['four stop strings', { stop: ['a', 'b', 'c', 'd'] }],
    ['seeds of 64 bits', { seed: -(2 ** 63) }],
    ['a bias', { logit_bias: { 50: -100, 51: 100 } }],
    ['log-probabilities', { logprobs: true, top_logprobs: 20 }],
    ['several answers', { n: 3 }],
    ['who asks, and notes', { user: 'me', metadata: { a: 'b' }, store: true, safety_identifier: 'x' }],
    ['tiers and keys of caches', { service_tier: 'auto', prompt_cache_key: 'k', prompt_cache_retention: '24h' }],
    ['plain text as a format', { response_format: { type: 'text' } }],
    ['a JSON object', { response_format: { type: 'json_object' } }],
    ['a JSON schema', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } } }],
    ['no tools', { tools: [], tool_choice: 'none', parallel_tool_calls: true }],
    ['text parts', said([{ type: 'text', text: 'a' }])],
    ['a system text in parts', { messages: [{ role: 'system', content: [{ type: 'text', text: 'a' }] }, ...messages] }],
    ['a developer', { messages: [{ role: 'developer', content: 'Be brief.' }, ...messages] }],
    ['names', { messages: [{ role: 'user', content: 'a', name: 'Tom' }] }],
    [
      'an earlier answer as it was sent',
      {
        messages: [
          ...messages,
          { role: 'assistant', content: 'yes', refusal: null, annotations: [], audio: null, reasoning_content: 'hm' },
          ...messages,
        ],
      },
    ],
    ['verbosity and effort', { verbosity: 'low', reasoning_effort: 'low' }],
    ['options of a stream', { stream_options: { include_usage: true, include_obfuscation: false } }],
  ])('%s', async (_what, change) => {
    const response = await chat(change);
    expect([response.status, await response.clone().text()]).toEqual([200, expect.any(String)]);
  });

  it('max_completion_tokens before max_tokens', async () => {
    const response = await chat({ max_tokens: 9, max_completion_tokens: 2 });
    expect(await response.json()).toMatchObject({ usage: { completion_tokens: 2 } });
  });
});

describe('chat refuses with 400, the field and a code', () => {
  it.each<[object, string | null, string]>([
    [{ messages: undefined }, 'messages', 'missing_required_parameter'],
    [{ messages: null }, 'messages', 'invalid_type'],
    [{ messages: 'x' }, 'messages', 'invalid_type'],
    [{ messages: [] }, 'messages', 'empty_array'],
    [{ messages: [5] }, 'messages[0]', 'invalid_type'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role', 'missing_required_parameter'],
    [{ messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'missing_required_parameter'],
    [said(5), 'messages[0].content', 'invalid_type'],
    [said(null), 'messages[0].content', 'invalid_type'],
    [said([]), 'messages[0].content', 'empty_array'],
    [said([{ type: 'text' }]), 'messages[0].content[0].text', 'missing_required_parameter'],
    [said([{ type: 'image_url', image_url: { url: 'x' } }]), 'messages[0].content[0].type', 'invalid_value'],
    [{ model: undefined }, 'model', 'missing_required_parameter'],
    [{ model: 5 }, 'model', 'invalid_type'],
    [{ temperature: '1' }, 'temperature', 'invalid_type'],
    [{ temperature: -0.1 }, 'temperature', 'decimal_below_min_value'],
    [{ temperature: 2.1 }, 'temperature', 'decimal_above_max_value'],
    [{ top_p: 1.1 }, 'top_p', 'decimal_above_max_value'],
    [{ max_tokens: 0 }, 'max_tokens', 'integer_below_min_value'],
    [{ max_tokens: 1.5 }, 'max_tokens', 'invalid_type'],
    [{ max_completion_tokens: 'x' }, 'max_completion_tokens', 'invalid_type'],
    [{ n: 0 }, 'n', 'integer_below_min_value'],
    [{ n: 1000 }, 'n', 'integer_above_max_value'],
    [{ stop: 5 }, 'stop', 'invalid_type'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', 'array_above_max_length'],
    [{ stop: ['a', 5] }, 'stop[1]', 'invalid_type'],
    [{ seed: 'x' }, 'seed', 'invalid_type'],
    [{ seed: 0.5 }, 'seed', 'invalid_value'],
    [{ stream: 'yes' }, 'stream', 'invalid_type'],
    [{ stream_options: { include_usage: 1 } }, 'stream_options.include_usage', 'invalid_type'],
    [{ logprobs: 1 }, 'logprobs', 'invalid_type'],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs', 'integer_above_max_value'],
    [{ top_logprobs: 2 }, 'top_logprobs', 'invalid_value'],
    [{ logit_bias: { 50: 101 } }, 'logit_bias.50', 'decimal_above_max_value'],
    [{ logit_bias: [] }, 'logit_bias', 'invalid_type'],
    [{ presence_penalty: -3 }, 'presence_penalty', 'decimal_below_min_value'],
    [{ frequency_penalty: 3 }, 'frequency_penalty', 'decimal_above_max_value'],
    [{ response_format: 'json' }, 'response_format', 'invalid_type'],
    [{ response_format: { type: 'xml' } }, 'response_format.type', 'invalid_value'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', 'missing_required_parameter'],
    [{ metadata: { a: 5 } }, 'metadata.a', 'invalid_type'],
    [{ metadata: 'x' }, 'metadata', 'invalid_type'],
    [{ user: 5 }, 'user', 'invalid_type'],
    [{ store: 'yes' }, 'store', 'invalid_type'],
    [{ surprise: 1 }, 'surprise', 'unknown_parameter'],
    [{ tools: [{ type: 'function', function: { name: 'f f' } }] }, 'tools[0].function.name', 'invalid_value'],
    [{ tool_choice: 'required' }, 'tool_choice', 'invalid_value'],
    [{ modalities: ['text', 'audio'] }, 'modalities', 'unsupported_parameter'],
  ])('%j', async (change, param, code) => {
    const response = await chat(change);
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([400, 'false']);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error).toEqual({ message: expect.any(String), type: 'invalid_request_error', param, code });
    if (param) expect(error.message).toContain(param);
  });
});

describe('completions', () => {
  it.each<[object]>([
    [{ prompt: ['a', 'b'] }],
    [{ prompt: [65, 66] }],
    [{ prompt: [[65], [66, 67]] }],
    [{ logprobs: 0 }],
    [{ echo: false, best_of: 1, suffix: null }],
    [{ user: 'me', seed: 3, stop: ['x'] }],
  ])('take %j', async (change) => expect((await plain(change)).status).toBe(200));

  it.each<[object, string, string]>([
    [{ prompt: undefined }, 'prompt', 'missing_required_parameter'],
    [{ prompt: 5 }, 'prompt', 'invalid_type'],
    [{ prompt: [65, 'x'] }, 'prompt', 'invalid_type'],
    [{ prompt: [10_000_000] }, 'prompt', 'invalid_value'],
    [{ logprobs: 6 }, 'logprobs', 'integer_above_max_value'],
    [{ best_of: 3 }, 'best_of', 'unsupported_parameter'],
    [{ messages }, 'messages', 'unknown_parameter'],
  ])('refuse %j', async (change, param, code) => {
    const response = await plain(change);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param, code } }]);
  });
});

describe('routes', () => {
  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

  it('the model is found by its id and its alias, and no other', async () => {
    const entry = { id: 'fake-r1', object: 'model', created: 1_700_000_000, owned_by: 'r1-tune' };
    for (const name of ['fake-r1', 'fake'])
      expect(await (await call('GET', `/v1/models/${name}`)).json()).toMatchObject(entry);
    const unknown = await call('GET', '/v1/models/gpt-4o');
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { error: { code: 'model_not_found', param: 'model', type: 'invalid_request_error' } },
    ]);
    expect((await chat({ model: 'gpt-4o' })).status).toBe(404);
    expect((await plain({ model: 'gpt-4o' })).status).toBe(404);
  });

  it.each([
    ['GET', '/v1/chat/completions', 'POST'],
    ['PUT', '/v1/completions?x=1', 'POST'],
    ['OPTIONS', '/v1/chat/completions', 'POST'],
    ['POST', '/v1/models', 'GET, HEAD'],
    ['DELETE', '/v1/models/fake-r1', 'GET, HEAD'],
  ])('%s %s is 405 and names what is allowed', async (method, path, allow) => {
    const response = await call(method, path);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed', param: null } });
  });

  it('HEAD answers without a body, an unknown path is 404 with one', async () => {
    const head = await call('HEAD', '/v1/models');
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const [method, path] of [
      ['GET', '/v1'],
      ['POST', '/v1/embeddings'],
      ['GET', '/v2/models'],
    ] as const) {
      const response = await call(method, path);
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        404,
        { error: { code: 'unknown_url' } },
      ]);
    }
  });

  it.each([
    ['text', { 'content-type': 'text/plain' }, '{}', 400],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415],
    ['broken JSON', json, '{"model": "fake-r1",}', 400],
    ['an array', json, '[]', 400],
  ])('%s is refused with an error body', async (_what, headers, body, status) => {
    const response = await call('POST', '/v1/chat/completions', headers, body);
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { error: { type: 'invalid_request_error' } },
    ]);
  });
});
