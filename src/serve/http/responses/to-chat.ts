import { type ChatRequest, chatRequestSchema } from '../chat-request.js';
import { validate } from '../validate.js';
import type { ResponsesRequest } from './request.js';

type Item = Exclude<ResponsesRequest['input'], string>[number];
type Message = { role: string; content: string | null; reasoning_content?: string; tool_calls?: object[] } | object;

/** The same conversation as a chat request. */
export function toChat(body: ResponsesRequest): ChatRequest {
  const { model, input, instructions, tools, text, reasoning } = body;
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : messagesOf(input);
  const first = instructions ? [{ role: 'system', content: instructions }] : [];
  return validate(chatRequestSchema, {
    model,
    messages: [...first, ...messages],
    max_completion_tokens: body.max_output_tokens,
    temperature: body.temperature,
    top_p: body.top_p,
    reasoning_effort: reasoning?.effort,
    ...(tools?.length ? { tools: tools.map(({ type, ...definition }) => ({ type, function: definition })) } : {}),
    tool_choice: choiceOf(body.tool_choice),
    parallel_tool_calls: body.parallel_tool_calls,
    response_format: formatOf(text?.format),
  });
}

const choiceOf = (choice: ResponsesRequest['tool_choice']) =>
  typeof choice === 'object' && choice ? { type: 'function', function: { name: choice.name } } : choice;

function formatOf(format: NonNullable<ResponsesRequest['text']>['format']) {
  if (format?.type !== 'json_schema') return format;
  const { type, ...json_schema } = format;
  return { type, json_schema };
}

/** Thinking and calls are items of their own here, and parts of the assistant's message there. */
function messagesOf(items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  let thoughts: string | undefined;
  let calls: object[] = [];
  const flush = (content: string | null = null) => {
    if (content === null && calls.length === 0) return;
    messages.push({
      role: 'assistant',
      content,
      ...(thoughts ? { reasoning_content: thoughts } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    });
    thoughts = undefined;
    calls = [];
  };
  for (const item of items) {
    if (item.type === 'reasoning') thoughts = (item.content ?? []).map(({ text }) => text).join('\n');
    else if (item.type === 'function_call')
      calls.push({ id: item.call_id, type: 'function', function: { name: item.name, arguments: item.arguments } });
    else {
      flush();
      if (item.type === 'function_call_output')
        messages.push({ role: 'tool', tool_call_id: item.call_id, content: textOf(item.output) });
      else if (item.role === 'assistant') flush(textOf(item.content));
      else messages.push({ role: item.role, content: textOf(item.content) });
    }
  }
  flush();
  return messages;
}

const textOf = (content: string | readonly { text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');
