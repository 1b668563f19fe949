import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.js';
import { DEGRADED_BELOW } from '../../speed.js';

/** Probes: no key, and never dependent on load. */
export function healthRoutes(app: FastifyInstance, service: Service): void {
  const isPublic = { config: { isPublic: true } };
  app.get('/livez', isPublic, async (_request, reply) => {
    const isBroken = service.fleet.state === 'broken';
    return reply.code(isBroken ? 503 : 200).send({ status: isBroken ? 'broken' : 'ok' });
  });
  for (const path of ['/health', '/readyz'])
    app.get(path, isPublic, async (_request, reply) => {
      const { isReady, ...body } = readiness(service);
      return reply.code(isReady ? 200 : 503).send(body);
    });
}

/** Ready when requests are taken. Slower than the profile by a fifth is `degraded`, and with `--strict` not ready. */
function readiness({ fleet, phase, speed, isStrict }: Service) {
  const { tokensPerSecond, ratio } = speed;
  const decode = {
    tokens_per_second: tokensPerSecond,
    expected_tokens_per_second: fleet.current.plan.expectedDecodeRate,
    ratio,
  };
  if (fleet.state === 'broken' || fleet.state === 'stopped') return { isReady: false, status: fleet.state, decode };
  if (phase !== 'serving') return { isReady: false, status: phase, decode };
  if (!fleet.isUp) return { isReady: false, status: 'restarting', decode };
  const isDegraded = ratio !== null && ratio < DEGRADED_BELOW;
  return { isReady: !(isDegraded && isStrict), status: isDegraded ? 'degraded' : 'ok', decode };
}
