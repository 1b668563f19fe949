import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';
import { chatOrder } from '../chat-order.js';
import { type ChatRequest, chatRequestSchema } from '../chat-request.js';
import { chatShape } from '../chat-shape.js';
import { generate, shapedWriter } from '../generate.js';
import { validate } from '../validate.js';

export function chatRoute(app: FastifyInstance, service: Service): void {
  app.post('/v1/chat/completions', (request, reply) => {
    const body: ChatRequest = validate(chatRequestSchema, request.body);
    const stream = body.stream ? streamOptions(body) : null;
    return generate(service, request, reply, {
      ...chatOrder(service, body),
      idPrefix: 'chatcmpl-',
      writer: shapedWriter(chatShape(body.logprobs ?? false), stream),
      stream: stream !== null,
    });
  });
}

const streamOptions = (body: ChatRequest) => ({
  includeUsage: body.stream_options?.include_usage ?? false,
  timingsPerToken: body.timings_per_token ?? false,
});
