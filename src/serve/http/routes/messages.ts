import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';
import { chatOrder } from '../chat-order.js';
import { generate } from '../generate.js';
import { countRequestSchema, messagesRequestSchema } from '../messages/request.js';
import { toChat } from '../messages/to-chat.js';
import { messageEvents, wholeMessage } from '../messages/writer.js';
import { validate } from '../validate.js';

/** The conversation API of the Anthropic clients. */
export function messagesRoutes(app: FastifyInstance, service: Service): void {
  app.post('/v1/messages', (request, reply) => {
    const body = validate(messagesRequestSchema, request.body);
    return generate(service, request, reply, {
      ...chatOrder(service, toChat(body)),
      idPrefix: 'msg_',
      writer: body.stream ? messageEvents : wholeMessage,
      stream: body.stream ?? false,
    });
  });
  app.post('/v1/messages/count_tokens', async (request) => {
    const body = validate(countRequestSchema, request.body);
    const [prompt] = await chatOrder(service, toChat(body)).prompts();
    return { input_tokens: prompt!.length };
  });
}
