import type { FastifyInstance } from 'fastify';
import { randomInt } from '../../../core/random.js';
import type { Service } from '../../service.js';
import type { ChatMessage } from '../../template/chat-template.js';
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
    const parameters = chatParameters(body, template.reasoning(thinks), budget, () => randomInt(random, 2 ** 32));
    return generate(service, request, reply, {
      param: 'messages',
      promptCount: 1,
      prompts: async () => [await fleet.tokenize(template.render(messagesOf(body), thinks))],
      answersPerPrompt: body.n ?? 1,
      parameters,
      shape: chatShape(body.logprobs ?? false),
      stream: body.stream ?? false,
      includeUsage: body.stream_options?.include_usage ?? false,
    });
  });
}

function messagesOf({ messages }: ChatRequest): ChatMessage[] {
  return messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
  }));
}
