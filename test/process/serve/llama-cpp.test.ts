import { existsSync } from 'node:fs';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { type FakeServer, startTestServer, until } from '../../helpers/fake-serve.js';

/** The same server on the real engine, with a tiny trained model. */
const MODEL = '../shared/models/stories260K-f16.gguf';
if (!existsSync(MODEL)) console.warn(`SKIPPED: ${MODEL} is not there, the server is not tested on llama.cpp.`);

describe.runIf(existsSync(MODEL))('serving stories with llama.cpp', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let openai: OpenAI;
  beforeAll(async () => {
    server = await startTestServer(await inspectGguf(MODEL), 'llama-cpp', {
      candidate: { sequences: 4 },
      contextTokens: 512,
      hang: { load: 60_000, prefill: 20_000, decode: 20_000 },
    });
    openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  }, 60_000);
  afterAll(() => server?.stop());

  const tell = async (prompt: string, more: object = {}, signal?: AbortSignal) => {
    const request = { model: 'fake-r1', prompt, max_tokens: 60, temperature: 0, ...more };
    return (await openai.completions.create(request, signal ? { signal } : {})) as OpenAI.Completion;
  };
  const textOf = (answer: OpenAI.Completion) => answer.choices[0]!.text;

  it('"Once upon a time" goes on in English', async () => {
    expect(textOf(await tell('Once upon a time'))).toContain('there was a little girl named Lily');
    const chat = await openai.chat.completions.create({
      model: 'fake-r1',
      messages: [{ role: 'user', content: 'Once upon a time' }],
      max_tokens: 40,
      temperature: 0,
    });
    expect(chat.choices[0]?.message.content).toBeTruthy();
  });

  it('gives each of several at once what it gives it alone', async () => {
    const prompts = ['Once upon a time', 'The dog', 'Lily and Tom', 'One day, a boy', 'The sun', 'A red ball'];
    const alone: string[] = [];
    for (const prompt of prompts) alone.push(textOf(await tell(prompt)));
    const together = await Promise.all(prompts.map((prompt) => tell(prompt)));
    // Batched matrix products may round otherwise and turn a near tie; most must be equal to the letter.
    const equal = together.filter((answer, i) => textOf(answer) === alone[i]).length;
    expect(equal).toBeGreaterThanOrEqual(prompts.length - 1);
    expect(new Set(together.map(textOf)).size).toBe(prompts.length);
  });

  it('reuses a conversation, and says the same with it as without', async () => {
    const prompt = 'Tom had a big box. He wanted to open it and see what was inside. His mom said';
    const fresh = await tell(prompt);
    const again = await tell(prompt);
    expect(again.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(10);
    expect(textOf(again)).toBe(textOf(fresh));
  });

  it('tells the log-likelihood of a text, as lm-eval asks for it', async () => {
    const response = await fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'Once upon a time there was a dog', add_special: true }),
    });
    const { tokens } = (await response.json()) as { tokens: number[] };
    const ask = async (prompt: number[], more: object) =>
      (await tell('', { prompt, max_tokens: 1, logprobs: 1, ...more })).choices[0]!;
    const { text, logprobs } = await ask(tokens, { echo: true });
    expect(text).toContain('Once upon a time there was a dog');
    expect(logprobs!.token_logprobs).toHaveLength(tokens.length + 1);
    expect(logprobs!.token_logprobs![0]).toBeNull();
    for (const at of [3, 6]) {
      const alone = await ask(tokens.slice(0, at), {});
      const [best] = Object.values(logprobs!.top_logprobs![at]!);
      expect(best).toBeCloseTo(alone.logprobs!.token_logprobs![0]!, 3);
    }
    const whole = await ask(tokens, { echo: true, max_tokens: 0 });
    expect(whole.logprobs!.token_logprobs).toHaveLength(tokens.length);
    const words = await tell('Once upon a time', { echo: true, max_tokens: 0, logprobs: 1 });
    expect([textOf(words), words.choices[0]!.logprobs!.tokens!.join('').trim()]).toEqual([
      'Once upon a time',
      'Once upon a time',
    ]);
    await expect(tell('Once', { max_tokens: 0 })).rejects.toMatchObject({ status: 400, param: 'max_tokens' });
  });

  it('seeds decide sampled answers', async () => {
    const one = await tell('Once', { temperature: 1, top_p: 1, seed: 42 });
    expect(textOf(await tell('Once', { temperature: 1, top_p: 1, seed: 42 }))).toBe(textOf(one));
    expect(textOf(await tell('Once', { temperature: 1, top_p: 1, seed: 43 }))).not.toBe(textOf(one));
  });

  it('log-probabilities agree with greedy choice', async () => {
    const answer = await tell('Once upon a time', { logprobs: 3, max_tokens: 10 });
    const { token_logprobs, top_logprobs, tokens } = answer.choices[0]!.logprobs!;
    expect(tokens!.join('')).toBe(textOf(answer));
    for (const [i, logprob] of token_logprobs!.entries())
      expect(logprob).toBeCloseTo(Math.max(...Object.values(top_logprobs![i]!)), 4);
  });

  it('holds a JSON schema even for a model that knows no JSON', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', maxLength: 8 }, age: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['name', 'age'],
    };
    const answer = await openai.chat.completions.create({
      model: 'fake-r1',
      messages: [{ role: 'user', content: 'Lily' }],
      max_tokens: 150,
      temperature: 0,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    const value = JSON.parse(answer.choices[0]!.message.content!) as { name: string; age: number };
    expect(value.name.length).toBeLessThanOrEqual(8);
    expect(value.age).toBeGreaterThan(0);
  });

  it('goes on where a killed worker stopped', async () => {
    const prompt = 'Once upon a time there was a cat';
    const undisturbed = textOf(await tell(prompt, { max_tokens: 300, ignore_eos: true }));
    const pending = tell(prompt, { max_tokens: 300, ignore_eos: true });
    const { dispatcher, current } = server.service.fleet;
    await until('some tokens are there', () => (dispatcher.running[0]?.emitted.length ?? 0) > 20);
    process.kill(current.workers[0]!.pid!, 'SIGKILL');
    const resumed = textOf(await pending);
    expect(server.deaths.length).toBe(1);
    expect(resumed.slice(0, 60)).toBe(undisturbed.slice(0, 60));
    expect(resumed.length).toBeGreaterThan(200);
  });

  it('frees the sequence of a client that left', async () => {
    const abort = new AbortController();
    const pending = tell('Once', { max_tokens: 400, ignore_eos: true }, abort.signal).catch(
      (error: Error) => error.name,
    );
    await until('it runs', () => server.service.fleet.dispatcher.running[0]?.phase === 'decode');
    abort.abort();
    await pending;
    await until('the worker is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
    expect(textOf(await tell('Once upon a time'))).toContain('Lily');
  });
});
