import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../../src/serve/http/chat-request.js';
import { completionRequestSchema } from '../../../src/serve/http/completion-request.js';
import { type FakeServer, startFakeServer, THINKING_SCRIPT } from '../../helpers/fake-serve.js';
import { sharedFile } from '../../helpers/shared.js';

/**
 * Real answers against the description that OpenAI publishes (openapi.json of github.com/openai/openai-openapi, too
 * large to keep here). It is looked for beside the checkout, or where R1TUNE_TEST_OPENAI_DESCRIPTION says. Without it
 * test/unit/serve/openai-types.test.ts compares with the types that the openai package was made from it.
 */

type Schema = Record<string, unknown>;
const given = process.env.R1TUNE_TEST_OPENAI_DESCRIPTION;
const path = given && existsSync(given) ? given : sharedFile('openai/openapi.json');
const schemas = path
  ? (JSON.parse(readFileSync(path, 'utf8')) as { components: { schemas: Record<string, Schema> } }).components.schemas
  : {};

/** OpenAPI 3.1 has no `nullable`, but the description still says it so in places; its own words and examples mean null. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Schema;
  const own = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withNull(inner)]));
  return nullable === true ? { anyOf: [own, { type: 'null' }] } : own;
}

function validator(change: (all: Record<string, Schema>) => void = () => {}): (name: string) => ValidateFunction {
  const all = withNull(schemas) as Record<string, Schema>;
  change(all);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'openai', components: { schemas: all } });
  return (name) => ajv.getSchema(`openai#/components/schemas/${name}`)!;
}

describe.runIf(path)("OpenAI's own description", () => {
  let server: FakeServer;
  let of: (name: string) => ValidateFunction;
  /** It has no schema for chunks of plain completions; its example of one is the whole answer with finish_reason null. */
  let ofChunk: ValidateFunction;

  beforeAll(async () => {
    server = await startFakeServer(THINKING_SCRIPT, { candidate: { sequences: 4 } });
    of = validator();
    ofChunk = validator(({ CreateCompletionResponse: answer }) => {
      const { choices, usage } = answer!.properties as { choices: Schema; usage: Schema };
      const { properties } = choices.items as { properties: Record<string, Schema> };
      properties.finish_reason = { anyOf: [properties.finish_reason!, { type: 'null' }] };
      (answer!.properties as Schema).usage = { anyOf: [usage, { type: 'null' }] };
    })('CreateCompletionResponse');
  });
  afterAll(() => server?.stop());

  const holds = (validate: ValidateFunction, value: unknown) => {
    validate(value);
    expect([value, validate.errors ?? []]).toEqual([value, []]);
  };
  const post = (route: string, body: object) =>
    fetch(`${server.url}/v1/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fake-r1', ...body }),
    });
  const chunksOf = async (route: string, body: object): Promise<unknown[]> => {
    const text = await (await post(route, { ...body, stream: true })).text();
    const events = text.split('\n\n').filter((line) => line.startsWith('data: {'));
    expect(text).toContain('data: [DONE]');
    return events.map((event) => JSON.parse(event.slice(6)) as unknown);
  };
  const messages = [{ role: 'user', content: 'Why?' }];
  const usage = { stream_options: { include_usage: true } };

  it('is read: what is wrong is found', () => {
    expect(of('CreateChatCompletionResponse')({ id: 'x' })).toBe(false);
    expect(ofChunk({ id: 'x', object: 'text_completion', created: 1, model: 'x', choices: [{}] })).toBe(false);
  });

  it.each<[string, object]>([
    ['nothing more', {}],
    ['log-probabilities', { logprobs: true, top_logprobs: 3 }],
    ['several answers', { n: 2 }],
    ['a limit in the thinking', { max_tokens: 3 }],
    ['a stop string', { stop: ['world'] }],
    ['a form', { response_format: { type: 'json_object' }, max_tokens: 60 }],
    ['no thinking', { reasoning_effort: 'none' }],
  ])('describes our chat answers and chunks: %s', async (_what, options) => {
    holds(of('CreateChatCompletionResponse'), await (await post('chat/completions', { messages, ...options })).json());
    for (const more of [{}, usage])
      for (const chunk of await chunksOf('chat/completions', { messages, ...options, ...more }))
        holds(of('CreateChatCompletionStreamResponse'), chunk);
  });

  it.each<[string, object]>([
    ['nothing more', {}],
    ['log-probabilities', { logprobs: 3 }],
    ['several', { prompt: ['a', 'b'], n: 2 }],
  ])('describes our completions and chunks: %s', async (_what, options) => {
    const body = { prompt: '<think>\n', max_tokens: 20, ...options };
    holds(of('CreateCompletionResponse'), await (await post('completions', body)).json());
    for (const more of [{}, usage])
      for (const chunk of await chunksOf('completions', { ...body, ...more })) holds(ofChunk, chunk);
  });

  it('describes our models and errors', async () => {
    holds(of('ListModelsResponse'), await (await fetch(`${server.url}/v1/models`)).json());
    holds(of('Model'), await (await fetch(`${server.url}/v1/models/fake-r1`)).json());
    for (const [route, body] of [
      ['chat/completions', {}],
      ['chat/completions', { model: 'x', messages }],
      ['embeddings', {}],
      ['models', {}],
    ] as const)
      holds(of('ErrorResponse'), await (await post(route, body)).json());
  });

  it('names no field of a request that we do not know', () => {
    const fieldsOf = (schema: Schema | undefined): string[] => [
      ...Object.keys((schema?.properties as Schema) ?? {}),
      ...((schema?.allOf as Schema[]) ?? []).flatMap(fieldsOf),
      ...(typeof schema?.$ref === 'string' ? fieldsOf(schemas[schema.$ref.split('/').at(-1)!]) : []),
    ];
    const missing = (name: string, known: object) => fieldsOf(schemas[name]).filter((field) => !(field in known));
    expect(fieldsOf(schemas.CreateChatCompletionRequest).length).toBeGreaterThan(30);
    expect(missing('CreateChatCompletionRequest', chatRequestSchema.shape)).toEqual([]);
    expect(missing('CreateCompletionRequest', completionRequestSchema.shape)).toEqual([]);
  });
});
