import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateObject,
  generateText,
  jsonSchema,
  NoObjectGeneratedError,
  streamObject,
  streamText,
} from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CLIENT_SCRIPT, type FakeServer, startFakeServer, until } from '../../helpers/fake-serve.js';

/** Vercel's AI SDK with its provider for servers like ours, unmodified. */

let server: FakeServer;
const provider = () =>
  createOpenAICompatible({
    name: 'r1-tune',
    baseURL: `${server.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
const chat = () => provider().chatModel('fake-r1');
const THOUGHT = 'I think so, 兔子 too.';
const ANSWER = 'hello world 😀!';
const COUNT = z.object({ chickens: z.int().min(0).max(99), unit: z.enum(['heads', 'feet']) });

beforeAll(async () => {
  server = await startFakeServer(CLIENT_SCRIPT, { candidate: { sequences: 4 } });
});
afterAll(() => server.stop());

describe('the AI SDK', () => {
  it('generateText: text, reasoning, finish reason and usage', async () => {
    const result = await generateText({ model: chat(), prompt: 'How many rabbits?', maxRetries: 0 });
    expect(result.text).toBe(ANSWER);
    expect(result.reasoningText).toBe(THOUGHT);
    expect(result.finishReason).toBe('stop');
    expect(result.usage.outputTokens).toBeGreaterThan(10);
    expect(result.usage.reasoningTokens).toBeGreaterThan(5);
    expect(result.usage.totalTokens).toBe(result.usage.inputTokens! + result.usage.outputTokens!);
    expect(result.warnings).toEqual([]);
  });

  it('generateText: a system prompt, a conversation, a limit and stop strings', async () => {
    const limited = await generateText({
      model: chat(),
      system: 'Count well.',
      messages: [
        { role: 'user', content: 'One?' },
        { role: 'assistant', content: 'Two.' },
        { role: 'user', content: [{ type: 'text', text: 'Three?' }] },
      ],
      maxOutputTokens: 3,
      seed: 1,
      temperature: 0.5,
      topP: 0.9,
    });
    expect([limited.finishReason, limited.usage.outputTokens]).toEqual(['length', 3]);
    const stopped = await generateText({ model: chat(), prompt: 'Why?', stopSequences: [' world'] });
    expect([stopped.text, stopped.finishReason]).toEqual(['hello', 'stop']);
  });

  it('streamText: reasoning first, then text, with usage at the end', async () => {
    const result = streamText({ model: chat(), prompt: 'How many rabbits?' });
    const kinds: string[] = [];
    let text = '';
    let reasoning = '';
    for await (const part of result.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'reasoning-delta') reasoning += part.text;
      if (kinds.at(-1) !== part.type) kinds.push(part.type);
    }
    expect({ text, reasoning }).toEqual({ text: ANSWER, reasoning: THOUGHT });
    expect(kinds.indexOf('reasoning-delta')).toBeLessThan(kinds.indexOf('text-delta'));
    expect((await result.usage).outputTokens).toBeGreaterThan(10);
    expect(await result.finishReason).toBe('stop');
  });

  it('generateObject and streamObject: the answer holds the schema', async () => {
    const { object } = await generateObject({ model: chat(), schema: COUNT, prompt: 'Count.', seed: 7 });
    expect(COUNT.parse(object)).toEqual(object);
    const { partialObjectStream, object: whole } = streamObject({ model: chat(), schema: COUNT, prompt: 'Count.' });
    const partial: unknown[] = [];
    for await (const value of partialObjectStream) partial.push(value);
    expect(partial.length).toBeGreaterThan(1);
    expect(COUNT.parse(await whole)).toEqual(partial.at(-1));
  });

  it('generateObject: an answer cut by its limit is told as such, a schema that cannot bind is a 400', async () => {
    const cut = generateObject({ model: chat(), schema: COUNT, prompt: 'Count.', maxOutputTokens: 3, maxRetries: 0 });
    await expect(cut).rejects.toBeInstanceOf(NoObjectGeneratedError);
    const schema = jsonSchema<object>({
      type: 'object',
      properties: { a: { type: 'array', contains: { type: 'string' } } },
    });
    const refused = generateObject({ model: chat(), schema, prompt: 'Count.' });
    await expect(refused).rejects.toMatchObject({
      statusCode: 400,
      isRetryable: false,
      message: expect.stringContaining('properties.a.contains'),
    });
  });

  it('abort: the stream ends and the sequence is free again', async () => {
    const abort = new AbortController();
    const result = streamText({ model: chat(), prompt: 'endless', abortSignal: abort.signal });
    const kinds = new Set<string>();
    for await (const part of result.fullStream) {
      kinds.add(part.type);
      if (part.type === 'reasoning-delta') abort.abort();
    }
    expect(kinds).toContain('abort');
    await until('the sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });

  it('a completion model, and errors as the SDK knows them', async () => {
    const { text } = await generateText({
      model: provider().completionModel('fake-r1'),
      prompt: 'x',
      maxOutputTokens: 5,
      maxRetries: 0,
    });
    expect(text.length).toBeGreaterThan(0);
    const unknown = generateText({ model: provider().chatModel('gpt-4o'), prompt: 'x' });
    const error = await unknown.catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error) && [error.statusCode, error.isRetryable]).toEqual([404, false]);
  });
});
