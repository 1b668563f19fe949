import type { ChatRequest } from '../chat-request.js';
import { chatRequestSchema } from '../chat-request.js';
import { validate } from '../validate.js';
import type { CountRequest, MessagesRequest } from './request.js';

type Message = CountRequest['messages'][number];

/** The same conversation as a chat request. */
export function toChat(body: MessagesRequest | CountRequest): ChatRequest {
  const { model, messages, system, tools, tool_choice: choice, thinking } = body;
  const first = system ? [{ role: 'system', content: joined(system) }] : [];
  return validate(chatRequestSchema, {
    model,
    messages: [...first, ...messages.flatMap(messagesOf)],
    ...(tools?.length ? { tools: tools.map(toolOf) } : {}),
    ...(choice ? { tool_choice: choiceOf(choice), parallel_tool_calls: !choice.disable_parallel_tool_use } : {}),
    ...(thinking ? { thinking: { type: thinking.type, budget_tokens: thinking.budget_tokens } } : {}),
    ...(thinking?.display === 'omitted' ? { include_reasoning: false } : {}),
    ...('max_tokens' in body ? samplingOf(body) : {}),
  });
}

const samplingOf = ({ max_tokens, stop_sequences, stream, temperature, top_p, top_k }: MessagesRequest) => ({
  max_tokens,
  stop: stop_sequences,
  stream,
  temperature,
  top_p,
  top_k,
});

const toolOf = ({ name, description, input_schema, strict }: NonNullable<CountRequest['tools']>[number]) => ({
  type: 'function',
  function: { name, description, parameters: input_schema, strict },
});

function choiceOf({ type, name }: NonNullable<CountRequest['tool_choice']>) {
  if (type === 'tool') return { type: 'function', function: { name: name ?? '' } };
  return type === 'any' ? 'required' : type;
}

const joined = (content: string | readonly { text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');

/** Results of tools are messages of their own there. */
function messagesOf(message: Message): object[] {
  const { role, content } = message;
  if (typeof content === 'string') return [{ role, content }];
  return message.role === 'user' ? userMessages(message) : [assistantMessage(message)];
}

function userMessages({ content }: Extract<Message, { role: 'user' }>): object[] {
  const blocks = typeof content === 'string' ? [] : content;
  const results = blocks.filter((block) => block.type === 'tool_result');
  const texts = blocks.filter((block) => block.type === 'text');
  return [
    ...results.map(({ tool_use_id, content: result, is_error }) => ({
      role: 'tool',
      tool_call_id: tool_use_id,
      content: `${is_error ? 'Error: ' : ''}${joined(result ?? '')}`,
    })),
    ...(texts.length > 0 ? [{ role: 'user', content: joined(texts) }] : []),
  ];
}

function assistantMessage({ content }: Extract<Message, { role: 'assistant' }>): object {
  const blocks = typeof content === 'string' ? [] : content;
  const calls = blocks.filter((block) => block.type === 'tool_use');
  const thoughts = blocks.filter((block) => block.type === 'thinking');
  const texts = blocks.filter((block) => block.type === 'text');
  return {
    role: 'assistant',
    content: texts.length > 0 ? joined(texts) : null,
    ...(thoughts.length > 0 ? { reasoning_content: thoughts.map(({ thinking }) => thinking).join('\n') } : {}),
    ...(calls.length > 0
      ? {
          tool_calls: calls.map(({ id, name, input }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(input) },
          })),
        }
      : {}),
  };
}
