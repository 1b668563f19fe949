import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer, THINKING_SCRIPT } from '../../helpers/fake-serve.js';

const call = (name: string, args: object) =>
  `<tool_call>\n{"name": "${name}", "arguments": ${JSON.stringify(args)}}\n</tool_call>`;
const SCRIPT = {
  ...THINKING_SCRIPT,
  answers: [
    { after: '<think>\n', say: 'I look.\n</think>\n\n' },
    { when: 'sunny', after: '</think>\n\n', say: 'It is sunny in Paris.' },
    { when: 'twice', after: '</think>\n\n', say: `${call('weather', { city: 'Paris' })}\n${call('time', {})}` },
    {
      when: 'weather?',
      after: '</think>\n\n',
      say: `I look it up.\n\n${call('weather', { city: 'Paris', unit: 'C' })}`,
    },
    { when: 'almost', after: '</think>\n\n', say: 'A <tool_calls> is a tag.' },
    { after: '</think>\n\n', say: 'hello world 😀!' },
  ],
};
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } },
        required: ['city'],
      },
    },
  },
  { type: 'function', function: { name: 'time' } },
];

describe('tools', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startFakeServer(SCRIPT, { candidate: { sequences: 2 } });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => server.stop());

  const ask = (content: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
    client.chat.completions.create({
      model: 'fake-r1',
      messages: [{ role: 'user', content }],
      tools,
      temperature: 0,
      ...more,
    });

  it('are called when the model calls', async () => {
    const { choices } = await ask('weather?');
    const { message, finish_reason } = choices[0]!;
    expect(finish_reason).toBe('tool_calls');
    expect(message.content).toBe('I look it up.');
    expect(message.tool_calls).toEqual([
      {
        id: expect.stringMatching(/^call_/),
        type: 'function',
        function: { name: 'weather', arguments: '{"city":"Paris","unit":"C"}' },
      },
    ]);
  });

  it('stream: a name, then pieces of arguments', async () => {
    const stream = await client.chat.completions.create({
      model: 'fake-r1',
      messages: [{ role: 'user', content: 'weather?' }],
      tools,
      temperature: 0,
      stream: true,
    });
    let args = '';
    let text = '';
    const names: string[] = [];
    let finish: string | null = null;
    for await (const { choices } of stream) {
      const [choice] = choices;
      text += choice!.delta.content ?? '';
      for (const part of choice!.delta.tool_calls ?? []) {
        if (part.function?.name) names.push(`${part.index} ${part.function.name} ${typeof part.id}`);
        args += part.function?.arguments ?? '';
      }
      finish = choice!.finish_reason ?? finish;
    }
    expect([names, args, text, finish]).toEqual([
      ['0 weather string'],
      '{"city":"Paris","unit":"C"}',
      'I look it up.',
      'tool_calls',
    ]);
  });

  it('several in one answer, unless only one is wanted', async () => {
    const both = (await ask('twice')).choices[0]!.message;
    expect(both.content).toBeNull();
    expect(both.tool_calls?.map((c) => c.type === 'function' && c.function.name)).toEqual(['weather', 'time']);
    const one = (await ask('twice', { parallel_tool_calls: false })).choices[0]!.message;
    expect(one.tool_calls).toHaveLength(1);
  });

  it('text that only looks like a call stays text', async () => {
    const { message, finish_reason } = (await ask('almost')).choices[0]!;
    expect([message.content, message.tool_calls, finish_reason]).toEqual([
      'A <tool_calls> is a tag.',
      undefined,
      'stop',
    ]);
  });

  it('must be called when the client says so, with arguments of the schema', async () => {
    for (const tool_choice of ['required', { type: 'function', function: { name: 'weather' } }] as const) {
      const { message, finish_reason } = (await ask('Hello', { tool_choice, max_tokens: 300 })).choices[0]!;
      const [first] = message.tool_calls!;
      if (finish_reason === 'length' || first?.type !== 'function') continue;
      expect(['weather', 'time']).toContain(first.function.name);
      expect(Object.keys(JSON.parse(first.function.arguments)).every((key) => ['city', 'unit'].includes(key))).toBe(
        true,
      );
    }
  });

  it('are not called when the client forbids it', async () => {
    const { message } = (await ask('Hello', { tool_choice: 'none' })).choices[0]!;
    expect([message.content, message.tool_calls]).toEqual(['hello world 😀!', undefined]);
  });

  it('bring results into the conversation', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'fake-r1',
      temperature: 0,
      tools,
      messages: [
        { role: 'user', content: 'weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      ],
      reasoning_effort: 'none',
    });
    expect(choices[0]!.message.content).toBe('It is sunny in Paris.');
  });

  it.each([
    ['a choice without tools', { tools: [], tool_choice: 'required' as const }, 'tool_choice'],
    [
      'a tool that is not there',
      { tool_choice: { type: 'function' as const, function: { name: 'x' } } },
      'tool_choice',
    ],
    [
      'a strict schema that cannot be enforced',
      {
        tools: [
          { type: 'function' as const, function: { name: 'f', strict: true, parameters: { type: 'object', not: {} } } },
        ],
      },
      'tools[0].function.parameters',
    ],
  ])('refuses %s', async (_what, change, param) => {
    await expect(ask('Hello', change)).rejects.toMatchObject({ status: 400, param });
  });
});

describe('an answer that was begun', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startFakeServer({
      ...THINKING_SCRIPT,
      answers: [
        { after: 'Once upon', say: ' a time.' },
        { after: '<think>\n', say: 'no\n</think>\n\nnew' },
      ],
    });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => server.stop());
  const ask = async (more: object, last: object = {}) => {
    const messages = [
      { role: 'user', content: 'Tell.' },
      { role: 'assistant', content: 'Once upon', ...last },
    ];
    const body = { model: 'fake-r1', temperature: 0, messages, max_tokens: 40, ...more };
    return (await client.chat.completions.create(body as never as OpenAI.ChatCompletionCreateParamsNonStreaming))
      .choices[0]!.message.content;
  };

  it('goes on', async () => {
    expect(await ask({})).toBe(' a time.');
    expect(await ask({ continue_final_message: true, add_generation_prompt: false })).toBe(' a time.');
    expect(await ask({ add_generation_prompt: true }, { prefix: true })).toBe(' a time.');
  });

  it('does not when the client wants a new one', async () => {
    expect(await ask({ continue_final_message: false })).toBe('new');
    expect(await ask({ add_generation_prompt: true })).toBe('new');
  });

  it('must be there to go on', async () => {
    const messages = [{ role: 'user', content: 'Tell.' }];
    await expect(ask({ messages, continue_final_message: true })).rejects.toMatchObject({
      status: 400,
      param: 'continue_final_message',
    });
  });
});
