import { AIMessage, HumanMessage, SystemMessage, type UsageMetadata } from '@langchain/core/messages';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI, type ChatOpenAIFields, OpenAI } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CLIENT_SCRIPT, type FakeServer, startFakeServer, until } from '../../helpers/fake-serve.js';

/** LangChain.js with its OpenAI classes, unmodified. */

let server: FakeServer;
const chat = (fields: ChatOpenAIFields = {}) =>
  new ChatOpenAI({
    model: 'fake-r1',
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
    ...fields,
  });
const ANSWER = 'hello world 😀!';
/** The static type of a message leaves it out. */
const usageOf = (message: object) => (message as { usage_metadata?: UsageMetadata }).usage_metadata;
const COUNT = z.object({ chickens: z.int().min(0).max(99), unit: z.enum(['heads', 'feet']) });

beforeAll(async () => {
  server = await startFakeServer(CLIENT_SCRIPT, { candidate: { sequences: 4 } });
});
afterAll(() => server.stop());

describe('LangChain.js', () => {
  it('invoke: text, finish reason and usage', async () => {
    const answer = await chat().invoke([new SystemMessage('Count well.'), new HumanMessage('How many rabbits?')]);
    expect(answer.content).toBe(ANSWER);
    expect(answer.response_metadata).toMatchObject({ finish_reason: 'stop' });
    expect(usageOf(answer)?.output_tokens).toBeGreaterThan(10);
    expect(usageOf(answer)?.output_token_details?.reasoning).toBeGreaterThan(5);
  });

  it('invoke: its own answers can be sent back', async () => {
    const first = await chat().invoke('How many rabbits?');
    const again = await chat().invoke([new HumanMessage('How many rabbits?'), first, new HumanMessage('Sure?')]);
    expect(again.content).toBe(ANSWER);
    expect((await chat().invoke([new HumanMessage('a'), new AIMessage('b'), new HumanMessage('c')])).content).toBe(
      ANSWER,
    );
  });

  it('stream: the same text, with usage at the end', async () => {
    let text = '';
    let outputTokens = 0;
    for await (const chunk of await chat({ streamUsage: true }).stream('How many rabbits?')) {
      text += chunk.content;
      outputTokens += usageOf(chunk)?.output_tokens ?? 0;
    }
    expect(text).toBe(ANSWER);
    expect(outputTokens).toBeGreaterThan(10);
  });

  it('stop, limits, several at once and log-probabilities', async () => {
    expect((await chat().invoke('Why?', { stop: [' world'] })).content).toBe('hello');
    expect((await chat({ maxTokens: 3 }).invoke('Why?')).response_metadata.finish_reason).toBe('length');
    const both = await chat().batch(['Why?', 'Why not?']);
    expect(both.map(({ content }) => content)).toEqual([ANSWER, ANSWER]);
    const { response_metadata } = await chat({ logprobs: true, topLogprobs: 2 }).invoke('Why?');
    const logprobs = response_metadata.logprobs as { content: { token: string; top_logprobs: object[] }[] };
    expect(logprobs.content.map(({ token }) => token).join('')).toContain('hello world');
    expect(logprobs.content.every(({ top_logprobs }) => top_logprobs.length === 2)).toBe(true);
  });

  it('withStructuredOutput: the answer holds the schema, in a chain too', async () => {
    const value = await chat().withStructuredOutput(COUNT).invoke('Count.');
    expect(COUNT.parse(value)).toEqual(value);
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'You count {what}.'],
      ['user', '{question}'],
    ]);
    const chain = prompt.pipe(chat().withStructuredOutput(COUNT, { method: 'jsonSchema', includeRaw: true }));
    const { raw, parsed } = await chain.invoke({ what: 'rabbits', question: 'How many?' });
    expect(COUNT.parse(parsed)).toEqual(JSON.parse(raw.content as string));
  });

  it('withStructuredOutput by way of tools holds the schema too', async () => {
    const value = await chat().withStructuredOutput(COUNT, { method: 'functionCalling' }).invoke('Count.');
    expect(COUNT.parse(value)).toEqual(value);
  });

  it('abort: the call ends and the sequence is free again', async () => {
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _ of await chat().stream('endless', { signal: abort.signal }));
    })().catch((error: Error) => error);
    await until('it runs', () => server.service.fleet.dispatcher.running[0]?.phase === 'decode');
    abort.abort();
    expect(await reading).toBeInstanceOf(Error);
    await until('the sequence is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });

  it('the plain completion class', async () => {
    const model = new OpenAI({
      model: 'fake-r1',
      apiKey: 'none',
      maxRetries: 0,
      maxTokens: 200,
      configuration: { baseURL: `${server.url}/v1` },
    });
    expect(await model.invoke('<think>\n')).toContain(ANSWER);
  });
});
