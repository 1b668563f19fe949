import type { ChatMessage, TextPart } from '../template/chat-template.js';
import { GENERIC_FORMAT } from './call-format.js';

type Tool = { function: { name: string; description?: string | null | undefined; parameters?: unknown } };

const { before, between, after } = GENERIC_FORMAT;

/** The conversation for a model whose template knows no tools: what they are and how to call them, in words. */
export function withToolsInWords(messages: readonly ChatMessage[], tools: readonly Tool[]): ChatMessage[] {
  const told = messages.map(inWords);
  const words = instructions(tools);
  const [first, ...rest] = told;
  if (first?.role === 'system' || first?.role === 'developer')
    return [{ ...first, content: `${textOf(first.content)}\n\n${words}` }, ...rest];
  return [{ role: 'system', content: words }, ...told];
}

function instructions(tools: readonly Tool[]): string {
  const list = tools.map(({ function: { name, description, parameters } }) =>
    JSON.stringify({ name, description: description ?? '', parameters: parameters ?? {} }),
  );
  return [
    'You may call functions to answer. Each line is one function, with the JSON Schema of its arguments:',
    ...list,
    'To call one, write nothing but this, and then wait for its result:',
    `${before}NAME${between}ARGUMENTS${after}`,
  ].join('\n');
}

/** Calls and results of earlier turns, as text in messages that every template knows. */
function inWords(message: ChatMessage): ChatMessage {
  if (message.role === 'tool')
    return { role: 'user', content: `<tool_response>\n${textOf(message.content)}\n</tool_response>` };
  const { tool_calls: calls, ...rest } = message;
  if (!calls || calls.length === 0) return message;
  const written = calls.map((call) => `${before}${call.function.name}${between}${call.function.arguments}${after}`);
  return { ...rest, content: [textOf(message.content), ...written].filter((text) => text !== '').join('\n') };
}

const textOf = (content: string | readonly TextPart[] | null): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('');
