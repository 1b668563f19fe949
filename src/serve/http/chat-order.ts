import { randomInt } from '../../core/random.js';
import { Refusal } from '../refusal.js';
import type { Service } from '../service.js';
import type { ChatMessage, RenderedChat, RenderRequest } from '../template/chat-template.js';
import { toolTemplateOf } from '../tools/call-format.js';
import { withToolsInWords } from '../tools/generic-prompt.js';
import type { ChatRequest } from './chat-request.js';
import type { Order } from './generate.js';
import { requireModel } from './model-name.js';
import { chatParameters, formOf } from './parameters.js';
import { type Thinking, thinkingOf } from './thinking-fields.js';
import { checkTokenIds } from './token-ids.js';
import { type OfferedTools, offeredTools, toolsForm } from './tools-form.js';

/** A conversation to be answered, whatever API it came by. Throws refusals that name the field at fault. */
export function chatOrder(service: Service, body: ChatRequest): Omit<Order, 'idPrefix' | 'writer' | 'stream'> {
  requireModel(service, body.model);
  checkTokenIds(service, body);
  const { template, fleet, random } = service;
  const thinking = thinkingOf(body, service.thinkingBudget);
  const tools = offeredTools(body);
  const { format } = toolTemplateOf(template);
  const chat = renderChat(service, body, thinking, tools);
  const form = tools ? toolsForm(body, tools, format, formOf(body)) : formOf(body);
  const reasoning = { mode: chat.reasoning, style: template.style };
  return {
    param: 'messages',
    promptCount: 1,
    prompts: async () => [await fleet.tokenize(chat.segments)],
    answersPerPrompt: body.n ?? 1,
    parameters: chatParameters(body, reasoning, thinking, form, () => randomInt(random, 2 ** 32)),
    reading: { calls: tools ? format : null, showsReasoning: thinking.isShown },
  };
}

/** Efforts that templates know by name; the others are ours alone. */
const TOLD_EFFORTS = ['low', 'medium', 'high'];

/** The prompt of a conversation. */
export function renderChat(
  { template }: Pick<Service, 'template'>,
  body: ChatRequest,
  { thinks }: Pick<Thinking, 'thinks'>,
  tools: OfferedTools | null,
): RenderedChat {
  const { reasoning_effort: effort, chat_template_kwargs: variables } = body;
  const isPrefix = isContinued(body);
  const common: Omit<RenderRequest, 'messages'> = {
    ...(thinks === undefined ? {} : { thinks }),
    ...(effort && TOLD_EFFORTS.includes(effort) ? { effort } : {}),
    ...(variables ? { variables } : {}),
    ...(isPrefix ? { continueFinalMessage: true, addGenerationPrompt: false } : {}),
    ...(body.add_generation_prompt === false ? { addGenerationPrompt: false } : {}),
  };
  const messages = body.messages.map(messageOf);
  const { knowsTools } = toolTemplateOf(template);
  const hasCalls = messages.some(({ role, tool_calls: calls }) => role === 'tool' || calls !== undefined);
  if (knowsTools || (!tools && !hasCalls))
    return template.render({ ...common, messages, ...(tools ? { tools: tools.definitions } : {}) });
  return template.render({ ...common, messages: withToolsInWords(messages, tools?.definitions ?? []) });
}

/** An assistant message at the end is the beginning of the answer, as llama-server has it, unless the client says otherwise. */
function isContinued({ messages, continue_final_message: asked, add_generation_prompt: opens }: ChatRequest): boolean {
  const last = messages.at(-1)!;
  const text = last.role === 'assistant' ? textOf(last.content) : '';
  const canBe = last.role === 'assistant' && !last.tool_calls?.length && text.trim() !== '';
  if (asked && !canBe)
    throw new Refusal('invalid', 'continue_final_message: the last message is no assistant message with text.', {
      param: 'continue_final_message',
    });
  if (!canBe || asked === false) return false;
  return asked === true || (last.role === 'assistant' && last.prefix === true) || opens !== true;
}

function messageOf(message: ChatRequest['messages'][number]): ChatMessage {
  const { role, content } = message;
  const plain = { role, content: content ?? null };
  if (message.role === 'tool')
    return { ...plain, tool_call_id: message.tool_call_id, ...(message.name ? { name: message.name } : {}) };
  if (message.role !== 'assistant') return plain;
  const { reasoning_content: thoughts, tool_calls: calls } = message;
  return {
    ...plain,
    ...(thoughts ? { reasoning_content: thoughts } : {}),
    ...(calls?.length ? { tool_calls: calls.map(({ index: _, ...call }) => call) } : {}),
  };
}

const textOf = (content: ChatRequest['messages'][number]['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('');
