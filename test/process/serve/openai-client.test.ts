import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer, THINKING_SCRIPT, until } from '../../helpers/fake-serve.js';

let server: FakeServer;
let openai: OpenAI;
const messages = [{ role: 'user' as const, content: 'How many rabbits?' }];

beforeAll(async () => {
  server = await startFakeServer(THINKING_SCRIPT, { candidate: { sequences: 4 } });
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => server.stop());

type Reasoned = { reasoning_content?: string };
const reasoningOf = (part: object | undefined) => (part as Reasoned | undefined)?.reasoning_content;

describe('the openai client, unmodified', () => {
  it('gets a chat answer with its reasoning apart', async () => {
    const answer = await openai.chat.completions.create({ model: 'fake-r1', messages });
    const [choice] = answer.choices;
    expect(choice?.message.content).toBe('hello world 😀!');
    expect(reasoningOf(choice?.message)).toBe('I think so, 兔子 too.');
    expect(choice?.finish_reason).toBe('stop');
    expect(choice?.message.refusal).toBeNull();
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(5);
    expect(answer.usage?.total_tokens).toBe(answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
  });

  it('streams the same text, with the role once and usage at the end', async () => {
    const stream = await openai.chat.completions.create({
      model: 'fake-r1',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let content = '';
    let reasoning = '';
    const ids = new Set<string>();
    const roles: string[] = [];
    const finishes: string[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      ids.add(chunk.id);
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      if (choice?.delta.role) roles.push(choice.delta.role);
      if (choice?.finish_reason) finishes.push(choice.finish_reason);
      content += choice?.delta.content ?? '';
      reasoning += reasoningOf(choice?.delta) ?? '';
    }
    expect({ content, reasoning, roles, finishes }).toEqual({
      content: 'hello world 😀!',
      reasoning: 'I think so, 兔子 too.',
      roles: ['assistant'],
      finishes: ['stop'],
    });
    expect(ids.size).toBe(1);
    expect(usage?.completion_tokens).toBeGreaterThan(10);
  });

  it('completes plain text, tags and all', async () => {
    const answer = await openai.completions.create({ model: 'fake-r1', prompt: '<think>\n', max_tokens: 200 });
    expect(answer.choices[0]?.text).toBe('I think so, 兔子 too.\n</think>\n\nhello world 😀!');
  });

  it('ends at a stop string outside the thinking only', async () => {
    const answer = await openai.chat.completions.create({ model: 'fake-r1', messages, stop: ['think', ' world'] });
    expect(answer.choices[0]?.message.content).toBe('hello');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  it('ends at max_tokens with finish_reason length', async () => {
    const answer = await openai.chat.completions.create({ model: 'fake-r1', messages, max_completion_tokens: 3 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(3);
    expect(answer.choices[0]?.message.content).toBe('');
  });

  it('gives log-probabilities of the answer', async () => {
    const answer = await openai.chat.completions.create({
      model: 'fake-r1',
      messages,
      logprobs: true,
      top_logprobs: 2,
    });
    const entries = answer.choices[0]?.logprobs?.content ?? [];
    expect(entries.map(({ token }) => token).join('')).toContain('hello world');
    expect(entries.every(({ logprob, top_logprobs }) => logprob <= 0 && top_logprobs.length === 2)).toBe(true);
    expect(
      Buffer.from(entries.flatMap(({ bytes }) => bytes ?? []))
        .toString()
        .trim(),
    ).toBe('hello world 😀!');
  });

  it('gets several answers and prompts', async () => {
    const many = await openai.completions.create({ model: 'fake-r1', prompt: ['a', 'b'], n: 2, max_tokens: 2 });
    expect(many.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it('is limited by thinking_budget and reasoning_effort', async () => {
    const brief = await openai.chat.completions.create({
      model: 'fake-r1',
      messages,
      ...({ thinking_budget: 3 } as object),
    });
    expect(reasoningOf(brief.choices[0]?.message)).toBe('I think so');
    expect(brief.choices[0]?.message.content).toBe('hello world 😀!');
    const none = await openai.chat.completions.create({ model: 'fake-r1', messages, reasoning_effort: 'none' });
    expect(none.choices[0]?.message).not.toHaveProperty('reasoning_content');
    expect(none.choices[0]?.message.content).toBe('hello world 😀!');
  });

  it('lists the model and refuses others', async () => {
    const { data } = await openai.models.list();
    expect(data.map(({ id }) => id)).toEqual(['fake-r1']);
    await expect(openai.chat.completions.create({ model: 'gpt-4o', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('is told what is wrong', async () => {
    const wrong = (body: object) => openai.chat.completions.create({ model: 'fake-r1', messages, ...body });
    await expect(wrong({ temperature: 3 })).rejects.toMatchObject({ status: 400, param: 'temperature' });
    await expect(wrong({ surprise: 1 })).rejects.toMatchObject({ status: 400, param: 'surprise' });
    await expect(wrong({ modalities: ['audio'] })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
      param: 'modalities',
    });
    await expect(wrong({ messages: [{ role: 'user', content: 'x'.repeat(5000) }] })).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
  });

  it('gets an answer in the form of its JSON schema, after free thinking', async () => {
    const schema = {
      type: 'object',
      properties: { chickens: { type: 'integer', minimum: 0, maximum: 99 }, unit: { enum: ['heads', 'feet'] } },
      required: ['chickens', 'unit'],
      additionalProperties: false,
    };
    const answer = await openai.chat.completions.create({
      model: 'fake-r1',
      messages,
      seed: 7,
      max_completion_tokens: 400,
      response_format: { type: 'json_schema', json_schema: { name: 'count', schema, strict: true } },
    });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe('stop');
    expect(reasoningOf(choice?.message)).toBe('I think so, 兔子 too.');
    const value = JSON.parse(choice!.message.content!) as { chickens: number; unit: string };
    expect(Object.keys(value)).toEqual(['chickens', 'unit']);
    expect(value.chickens).toBeLessThan(100);
    expect(['heads', 'feet']).toContain(value.unit);
  });

  it('is told which part of a schema cannot be enforced', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '(x)\\1' } } };
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'x', schema } };
    await expect(openai.chat.completions.create({ model: 'fake-r1', messages, response_format })).rejects.toMatchObject(
      {
        status: 400,
        param: 'response_format',
        message: expect.stringContaining('properties.a.pattern'),
      },
    );
  });

  it('reuses the prompt of an earlier turn', async () => {
    const turn = { model: 'fake-r1', messages: [{ role: 'user' as const, content: 'A question that comes twice' }] };
    await openai.chat.completions.create(turn);
    const again = await openai.chat.completions.create(turn);
    expect(again.usage?.prompt_tokens_details?.cached_tokens).toBe(again.usage!.prompt_tokens - 1);
  });
});

describe('streams of the openai client', () => {
  it('carry log-probabilities, and the helper puts the answer together', async () => {
    const stream = openai.chat.completions.stream({ model: 'fake-r1', messages, logprobs: true, top_logprobs: 1 });
    const deltas: string[] = [];
    stream.on('content', (delta) => deltas.push(delta));
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.message.content).toBe('hello world 😀!');
    expect(deltas.join('')).toBe('hello world 😀!');
    expect(choices[0]?.logprobs?.content?.map(({ token }) => token).join('')).toContain('hello world');
  });

  it('of plain text add up, with usage', async () => {
    const stream = await openai.completions.create({
      model: 'fake-r1',
      prompt: '<think>\n',
      max_tokens: 200,
      stop: 'world',
      logprobs: 1,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      tokens += chunk.choices[0]?.logprobs?.tokens?.join('') ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe('I think so, 兔子 too.\n</think>\n\nhello ');
    expect(tokens.length).toBeGreaterThan(10);
    expect(usage?.completion_tokens).toBeGreaterThan(10);
  });

  it('parse an answer in the form of a schema', async () => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const { choices } = await openai.chat.completions.parse({
      model: 'fake-r1',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
    });
    expect(typeof (JSON.parse(choices[0]!.message.content!) as { ok: unknown }).ok).toBe('boolean');
  });

  it('end when they are aborted, and their sequence is free again', async () => {
    const stream = await openai.chat.completions.create({
      model: 'fake-r1',
      messages,
      stream: true,
      ...({ ignore_eos: true } as object),
    });
    for await (const _ of stream) stream.controller.abort();
    await until('the sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
    const abort = new AbortController();
    const whole = openai.chat.completions.create(
      { model: 'fake-r1', messages, ...({ ignore_eos: true } as object) },
      {
        signal: abort.signal,
      },
    );
    await until('it runs', () => server.service.fleet.dispatcher.running.length === 1);
    abort.abort();
    await expect(whole).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until('the sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });
});
