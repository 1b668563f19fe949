import type { FastifyInstance } from 'fastify';
import { randomInt } from '../../../core/random.js';
import type { Service } from '../../service.js';
import type { ChatMessage, RenderRequest } from '../../template/chat-template.js';
import { type ChatRequest, chatRequestSchema } from '../chat-request.js';
import { chatShape } from '../chat-shape.js';
import { generate } from '../generate.js';
import { requireModel } from '../model-name.js';
import { chatParameters, thinkingOf } from '../parameters.js';
import { validate } from '../validate.js';

export function chatRoute(app: FastifyInstance, service: Service): void {
  app.post('/v1/chat/completions', (request, reply) => {
    const body = validate(chatRequestSchema, request.body);
    requireModel(service, body.model);
    const { thinks, budget } = thinkingOf(body, service.thinkingBudget);
    const { template, fleet, random } = service;
    const chat = template.render({ ...renderRequestOf(body), ...(thinks === undefined ? {} : { thinks }) });
    const reasoning = { mode: chat.reasoning, style: template.style };
    const parameters = chatParameters(body, reasoning, budget, () => randomInt(random, 2 ** 32));
    return generate(service, request, reply, {
      param: 'messages',
      promptCount: 1,
      prompts: async () => [await fleet.tokenize(chat.segments)],
      answersPerPrompt: body.n ?? 1,
      parameters,
      shape: chatShape(body.logprobs ?? false),
      stream: body.stream ?? false,
      includeUsage: body.stream_options?.include_usage ?? false,
    });
  });
}

/** Efforts that templates know by name; the others are ours alone. */
const TOLD_EFFORTS = ['low', 'medium', 'high'];

/** What of a request the model's template is shown. */
function renderRequestOf(body: ChatRequest): RenderRequest {
  const { messages, reasoning_effort: effort, chat_template_kwargs: variables } = body;
  return {
    messages: messages.map(messageOf),
    ...(effort && TOLD_EFFORTS.includes(effort) ? { effort } : {}),
    ...(variables ? { variables } : {}),
  };
}

function messageOf(message: ChatRequest['messages'][number]): ChatMessage {
  const { role, content } = message;
  const thoughts = role === 'assistant' ? message.reasoning_content : undefined;
  return { role, content, ...(thoughts ? { reasoning_content: thoughts } : {}) };
}
