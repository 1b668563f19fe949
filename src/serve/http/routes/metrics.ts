import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';

/** For Prometheus; needs a key like every other route. */
export function metricsRoute(app: FastifyInstance, { metrics }: Service): void {
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
