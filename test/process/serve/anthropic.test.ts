import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer, THINKING_SCRIPT } from '../../helpers/fake-serve.js';

const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city":"Paris"}}\n</tool_call>';
const SCRIPT = {
  ...THINKING_SCRIPT,
  answers: [
    { after: '<think>\n', say: 'I think so.\n</think>\n\n' },
    { when: 'sunny', after: '</think>\n\n', say: 'It is sunny.' },
    { when: 'weather?', after: '</think>\n\n', say: CALL },
    { after: '</think>\n\n', say: 'hello world 😀!' },
  ],
};
const tools: Anthropic.Tool[] = [
  {
    name: 'weather',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
];

describe('the Anthropic client', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let client: Anthropic;
  beforeAll(async () => {
    server = await startFakeServer(SCRIPT, { candidate: { sequences: 2 } });
    client = new Anthropic({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => server.stop());

  const ask = (
    content: Anthropic.MessageParam['content'],
    more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {},
  ) =>
    client.messages.create({
      model: 'fake-r1',
      max_tokens: 400,
      messages: [{ role: 'user', content }],
      ...more,
    });

  it('is answered in blocks', async () => {
    const message = await ask('Hello', { system: 'Be brief.' });
    expect(message.content).toEqual([
      { type: 'thinking', thinking: 'I think so.', signature: '' },
      { type: 'text', text: 'hello world 😀!' },
    ]);
    expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null });
    expect(message.usage.output_tokens).toBeGreaterThan(10);
  });

  it('streams the same', async () => {
    const stream = client.messages.stream({
      model: 'fake-r1',
      max_tokens: 400,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    let text = '';
    stream.on('text', (delta) => {
      text += delta;
    });
    const message = await stream.finalMessage();
    expect(text).toBe('hello world 😀!');
    expect(message.content).toEqual((await ask('Hello')).content);
    expect(message.stop_reason).toBe('end_turn');
  });

  it('gets no thinking when it wants none, and ends where it says', async () => {
    const message = await ask('Hello', { thinking: { type: 'disabled' }, stop_sequences: ['world'] });
    expect(message.content).toEqual([{ type: 'text', text: 'hello ' }]);
    expect([message.stop_reason, message.stop_sequence]).toEqual(['stop_sequence', 'world']);
  });

  it('calls tools and brings results, whole and as a stream', async () => {
    const first = await ask('weather?', { tools });
    expect(first.stop_reason).toBe('tool_use');
    const use = first.content.find((block) => block.type === 'tool_use')!;
    expect([use.name, use.input]).toEqual(['weather', { city: 'Paris' }]);
    const streamed = await client.messages
      .stream({
        model: 'fake-r1',
        max_tokens: 400,
        tools,
        messages: [{ role: 'user', content: 'weather?' }],
      })
      .finalMessage();
    expect(streamed.content.at(-1)).toMatchObject({ type: 'tool_use', name: 'weather', input: { city: 'Paris' } });
    const second = await client.messages.create({
      model: 'fake-r1',
      max_tokens: 400,
      tools,
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content: first.content as Anthropic.ContentBlockParam[] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'sunny' }] },
      ],
    });
    expect(second.content.at(-1)).toEqual({ type: 'text', text: 'It is sunny.' });
  });

  it('counts tokens, and is told what is wrong in its own words', async () => {
    const { input_tokens } = await client.messages.countTokens({
      model: 'fake-r1',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(input_tokens).toBeGreaterThan(5);
    await expect(ask([{ type: 'image', source: { type: 'url', url: 'http://x/y.png' } }])).rejects.toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error' } },
    });
    await expect(ask('Hello', { model: 'other' })).rejects.toMatchObject({ status: 404 });
  });
});
