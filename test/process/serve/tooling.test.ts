import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_SCRIPT, type FakeServer, startFakeServer } from '../../helpers/fake-serve.js';

describe('routes for tools around a server', { timeout: 60_000 }, () => {
  let server: FakeServer;
  beforeAll(async () => {
    server = await startFakeServer(CLIENT_SCRIPT);
  });
  afterAll(() => server.stop());
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: Record<string, unknown> = (await response.json()) as Record<string, unknown>;
    return Object.assign(answer, { status: response.status });
  };

  it('tokens of a text and back', async () => {
    const { tokens, count } = await post('/tokenize', { content: 'hello 兔' });
    expect(count).toBe((tokens as number[]).length);
    expect(await post('/detokenize', { tokens: tokens as number[] })).toMatchObject({
      content: 'hello 兔',
      prompt: 'hello 兔',
    });
    const begun = await post('/tokenize', { content: 'hello 兔', add_special: true });
    expect((begun.tokens as number[]).slice(1)).toEqual(tokens);
    const pieces = await post('/tokenize', { content: 'hello', with_pieces: true });
    expect(pieces.tokens).toEqual([{ id: expect.any(Number), piece: 'hello' }]);
    expect(await post('/detokenize', { tokens: [9_999_999] })).toMatchObject({ status: 400 });
  });

  it('the prompt of a conversation, and its tokens', async () => {
    const messages = [{ role: 'user', content: 'Why?' }];
    expect(await post('/apply-template', { messages })).toMatchObject({
      prompt: expect.stringContaining('<｜User｜>Why?<｜Assistant｜>'),
    });
    expect((await post('/tokenize', { messages })).count).toBeGreaterThan(5);
  });

  it('what the server has', async () => {
    const props = await (await fetch(`${server.url}/props`)).json();
    expect(props).toMatchObject({
      total_slots: 1,
      model_alias: 'fake-r1',
      can_think: true,
      modalities: { vision: false },
    });
  });

  it('refuses tokens that the vocabulary does not have', async () => {
    const ask = { model: 'fake-r1', messages: [{ role: 'user', content: 'x' }], max_tokens: 2 };
    for (const change of [{ logit_bias: { 999999: 1 } }, { stop_token_ids: [999999] }])
      expect(await post('/v1/chat/completions', { ...ask, ...change })).toMatchObject({
        status: 400,
        error: { param: Object.keys(change)[0] },
      });
  });

  it.each([
    { thinking: { type: 'disabled' } },
    { enable_thinking: false },
    { think: false },
    { reasoning: { effort: 'none' } },
    { thinking_budget_tokens: 0 },
    { reasoning_effort: 'minimal' },
  ])('%j asks for no thinking', async (change) => {
    const answer = await post('/v1/chat/completions', {
      model: 'fake-r1',
      temperature: 0,
      messages: [{ role: 'user', content: 'x' }],
      ...change,
    });
    const [choice] = answer.choices as { message: { content: string; reasoning_content?: string } }[];
    expect([choice!.message.content, choice!.message.reasoning_content]).toEqual(['hello world 😀!', undefined]);
  });

  it('takes fields of other servers where they have a meaning', async () => {
    const fields = {
      top_k: -1,
      max_tokens: -1,
      cache_prompt: false,
      typical_p: 1,
      mirostat: 0,
      skip_special_tokens: true,
      repetition_penalty: 1.1,
      min_tokens: 1,
      include_reasoning: false,
      timings_per_token: true,
    };
    const answer = await post('/v1/chat/completions', {
      model: 'fake-r1',
      temperature: 0,
      messages: [{ role: 'user', content: 'x' }],
      ...fields,
    });
    expect(answer.status).toBe(200);
    const [choice] = answer.choices as { message: { reasoning_content?: string } }[];
    expect(choice!.message.reasoning_content).toBeUndefined();
    expect(
      await post('/v1/chat/completions', {
        model: 'fake-r1',
        messages: [{ role: 'user', content: 'x' }],
        typical_p: 0.5,
      }),
    ).toMatchObject({ status: 400, error: { param: 'typical_p' } });
  });

  it('a thinking budget counts what was thought', async () => {
    const answer = await post('/v1/chat/completions', {
      model: 'fake-r1',
      temperature: 0,
      messages: [{ role: 'user', content: 'endless' }],
      thinking_budget: 5,
      max_tokens: 40,
    });
    expect((answer.usage as { completion_tokens_details: object }).completion_tokens_details).toEqual({
      reasoning_tokens: 5,
    });
  });
});
