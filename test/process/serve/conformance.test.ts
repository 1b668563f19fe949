import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import {
  chatAnswerSchema,
  chatChunkSchema,
  completionAnswerSchema,
  completionChunkSchema,
  errorSchema,
  modelListSchema,
} from '../../../src/serve/http/response-schema.js';
import { type FakeServer, startFakeServer } from '../../helpers/fake-serve.js';

let server: FakeServer;
beforeAll(async () => {
  server = await startFakeServer(
    {
      cost: { decodeMs: 0 },
      vocabulary: { pieces: ['<think>', '</think>'] },
      answers: [
        { after: '<think>\n', say: 'hm</think>yes 兔子' },
        { after: '', say: 'end' },
      ],
    },
    { candidate: { sequences: 4 }, contextTokens: 600 },
  );
});
afterAll(() => server.stop());

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const chat = { model: 'fake-r1', messages: [{ role: 'user', content: 'Why?' }] };
const plain = { model: 'fake-r1', prompt: 'Once' };

const OPTIONS: [string, object][] = [
  ['nothing more', {}],
  ['log-probabilities', { logprobs: true, top_logprobs: 3 }],
  ['several answers', { n: 3 }],
  ['a stop string', { stop: ['e'] }],
  ['a limit', { max_tokens: 2 }],
  ['a JSON object', { response_format: { type: 'json_object' }, max_tokens: 60 }],
];
const plainOf = (options: object) => {
  const { response_format: _, top_logprobs: __, ...rest } = options as Record<string, unknown>;
  return { ...plain, ...rest, ...('logprobs' in rest ? { logprobs: 2 } : {}) };
};

async function chunksOf(path: string, body: object): Promise<unknown[]> {
  const text = await (await post(path, { ...body, stream: true, stream_options: { include_usage: true } })).text();
  const events = text
    .split('\n\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice(6));
  expect(events.at(-1)).toBe('[DONE]');
  return events.slice(0, -1).map((event) => JSON.parse(event) as unknown);
}
/** Of this shape, and nothing beside it. */
const holds = (schema: z.ZodType, value: unknown) => {
  const { error, data } = schema.safeParse(value);
  expect(error?.message).toBeUndefined();
  expect(data).toEqual(value);
};

describe.each(OPTIONS)('with %s', (_what, options) => {
  it('every answer and every chunk has the described shape', async () => {
    holds(chatAnswerSchema, await (await post('/v1/chat/completions', { ...chat, ...options })).json());
    for (const chunk of await chunksOf('/v1/chat/completions', { ...chat, ...options })) holds(chatChunkSchema, chunk);
    holds(completionAnswerSchema, await (await post('/v1/completions', plainOf(options))).json());
    for (const chunk of await chunksOf('/v1/completions', plainOf(options))) holds(completionChunkSchema, chunk);
  });

  it('the chunks add up to the whole answer', async () => {
    const body = { ...chat, ...options, seed: 11, temperature: 0 };
    const whole = chatAnswerSchema.parse(await (await post('/v1/chat/completions', body)).json());
    const chunks = (await chunksOf('/v1/chat/completions', body)).map((chunk) => chatChunkSchema.parse(chunk));
    for (const { index, message, finish_reason, logprobs } of whole.choices) {
      const own = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.index === index));
      expect(own.map(({ delta }) => delta.content ?? '').join('')).toBe(message.content);
      expect(own.map(({ delta }) => delta.reasoning_content ?? '').join('')).toBe(message.reasoning_content ?? '');
      expect(own.filter(({ delta }) => delta.role)).toEqual([own[0]]);
      expect(own.filter((choice) => choice.finish_reason !== null)).toEqual([own.at(-1)]);
      expect(own.at(-1)?.finish_reason).toBe(finish_reason);
      expect(own.flatMap((choice) => choice.logprobs?.content ?? [])).toEqual(logprobs?.content ?? []);
    }
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { ...whole.usage, prompt_tokens_details: expect.anything() },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });
});

it('the list of models has the described shape', async () => {
  holds(modelListSchema, await (await fetch(`${server.url}/v1/models`)).json());
});

describe('hostile input', () => {
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      0,
      -1,
      1e308,
      -1e308,
      2 ** 53,
      0.5,
      true,
      [],
      {},
      [null],
      [[]],
      '\u0000',
      '\ud800',
      'x'.repeat(3000),
      '<｜User｜>',
      [{}],
      { a: { b: [1] } },
      '🦊',
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const fields = (known: string[]) =>
    fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 8 })), hostile, { maxKeys: 4 });
  const properties = async (name: string): Promise<string[]> => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      components: { schemas: Record<string, { properties: object }> };
    };
    return Object.keys(document.components.schemas[name]!.properties);
  };

  it.each([
    ['/v1/chat/completions', 'ChatRequest', chat],
    ['/v1/completions', 'CompletionRequest', plain],
  ] as const)('%s answers it with 4xx and a reason, or well, and never falls over', async (path, schema, good) => {
    const known = await properties(schema);
    expect(known).toContain('temperature');
    await fc.assert(
      fc.asyncProperty(fields(known), fc.boolean(), async (change, isWhole) => {
        const body = isWhole ? { ...good, ...change } : change;
        const response = await post(path, body);
        const text = await response.text();
        expect([body, response.status >= 500]).toEqual([body, false]);
        if (response.status !== 200) holds(errorSchema, JSON.parse(text));
      }),
      { numRuns: 250 },
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (body) => {
        const response = await post(path, body);
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        holds(errorSchema, await response.json());
      }),
      { numRuns: 100 },
    );
    expect(server.reported).toEqual([]);
    expect(server.deaths).toEqual([]);
    expect((await post(path, good)).status).toBe(200);
  });
});
