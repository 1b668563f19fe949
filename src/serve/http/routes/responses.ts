import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';
import { chatOrder } from '../chat-order.js';
import { generate } from '../generate.js';
import { responsesRequestSchema } from '../responses/request.js';
import { toChat } from '../responses/to-chat.js';
import { responseEvents, wholeResponse } from '../responses/writer.js';
import { validate } from '../validate.js';

/** The Responses API, without its storage. */
export function responsesRoute(app: FastifyInstance, service: Service): void {
  app.post('/v1/responses', (request, reply) => {
    const body = validate(responsesRequestSchema, request.body);
    return generate(service, request, reply, {
      ...chatOrder(service, toChat(body)),
      idPrefix: 'resp_',
      writer: body.stream ? responseEvents(body) : wholeResponse(body),
      stream: body.stream ?? false,
    });
  });
}
