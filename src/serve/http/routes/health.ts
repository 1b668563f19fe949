import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';

/** Probes: no key, and never dependent on load. */
export function healthRoutes(app: FastifyInstance, service: Service): void {
  const isPublic = { config: { isPublic: true } };
  const readiness = () => {
    if (service.isDraining) return { ready: false, status: 'draining' };
    const { state } = service.fleet;
    return { ready: state === 'serving', status: state === 'serving' ? 'ok' : state };
  };
  app.get('/livez', isPublic, async (_request, reply) => {
    if (service.fleet.state === 'broken') reply.code(503);
    return { status: service.fleet.state === 'broken' ? 'broken' : 'ok' };
  });
  for (const path of ['/health', '/readyz'])
    app.get(path, isPublic, async (_request, reply) => {
      const { ready, status } = readiness();
      if (!ready) reply.code(503);
      return { status };
    });
}
