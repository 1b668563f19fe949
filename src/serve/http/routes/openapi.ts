import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../openapi.js';

/** The description of the API, made once. */
export function openApiRoute(app: FastifyInstance, version: string, needsKey: boolean): void {
  const document = JSON.stringify(openApiDocument(version, needsKey));
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
}
