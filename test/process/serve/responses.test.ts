import OpenAI from 'openai';
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
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const tools: OpenAI.Responses.Tool[] = [{ type: 'function', name: 'weather', parameters, strict: true }];

describe('the Responses API', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startFakeServer(SCRIPT, { candidate: { sequences: 2 } });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => server.stop());
  const common = { model: 'fake-r1', temperature: 0 } as const;

  it('answers with the thinking and a text', async () => {
    const response = await client.responses.create({ ...common, instructions: 'Be brief.', input: 'Hello' });
    expect(response.output_text).toBe('hello world 😀!');
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
    expect(response.output[0]).toMatchObject({ content: [{ type: 'reasoning_text', text: 'I think so.' }] });
    expect(response).toMatchObject({ status: 'completed', store: false, incomplete_details: null });
    expect(response.usage!.output_tokens_details.reasoning_tokens).toBeGreaterThan(5);
  });

  it('streams events that make up the same', async () => {
    const types: string[] = [];
    let text = '';
    let numbers: number[] = [];
    const stream = client.responses.stream({ ...common, input: 'Hello' });
    for await (const event of stream) {
      types.push(event.type);
      numbers = [...numbers, event.sequence_number];
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe('hello world 😀!');
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect([types[0], types[1], types.at(-1)]).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
    expect(types).toContain('response.reasoning_text.delta');
    expect((await stream.finalResponse()).output_text).toBe('hello world 😀!');
  });

  it('calls tools, and goes on with their results', async () => {
    const first = await client.responses.create({ ...common, tools, input: 'weather?' });
    const call = first.output.find(({ type }) => type === 'function_call') as OpenAI.Responses.ResponseFunctionToolCall;
    expect([call.name, call.arguments]).toEqual(['weather', '{"city":"Paris"}']);
    const second = await client.responses.create({
      ...common,
      tools,
      input: [
        { role: 'user', content: 'weather?' },
        ...(first.output as OpenAI.Responses.ResponseInputItem[]),
        { type: 'function_call_output', call_id: call.call_id, output: 'sunny' },
      ],
    });
    expect(second.output_text).toBe('It is sunny.');
    const events: string[] = [];
    for await (const event of client.responses.stream({ ...common, tools, input: 'weather?' })) events.push(event.type);
    expect(events).toContain('response.function_call_arguments.done');
  });

  it('binds to a schema, says when it was cut, and refuses what needs a storage', async () => {
    const format = { type: 'json_schema', name: 'a', schema: { enum: ['yes'] } } as const;
    const bound = await client.responses.create({
      ...common,
      input: 'Hello',
      text: { format },
      reasoning: { effort: 'none' },
    });
    expect(bound.output_text).toBe('"yes"');
    const cut = await client.responses.create({ ...common, input: 'Hello', max_output_tokens: 3 });
    expect([cut.status, cut.incomplete_details]).toEqual(['incomplete', { reason: 'max_output_tokens' }]);
    await expect(
      client.responses.create({ ...common, input: 'x', previous_response_id: 'resp_1' }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
    });
  });
});
