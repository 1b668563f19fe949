import fastify, { type FastifyInstance } from 'fastify';
import type { Service } from '../service.js';
import { answerFailures } from './failures.js';
import { type AccessRules, guard } from './guards.js';
import { chatRoute } from './routes/chat.js';
import { completionsRoute } from './routes/completions.js';
import { healthRoutes } from './routes/health.js';
import { modelsRoutes } from './routes/models.js';

export type HttpLimits = {
  bodyBytes: number;
  /** Time a client has to send the head, and the whole request, ms. */
  headersMs: number;
  requestMs: number;
  connections: number;
};

/** Defaults: a slow or hostile client holds a connection for half a minute at most. */
export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 4 * 1024 ** 2,
  headersMs: 10_000,
  requestMs: 30_000,
  connections: 1024,
};

/** The HTTP face of a service: routes, guards, limits and error bodies. */
export function createApp(
  service: Service,
  rules: AccessRules,
  limits: HttpLimits,
  report: (error: unknown) => void,
): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    // Node looks for late requests every 30 s unless told.
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: 1000 },
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  app.server.maxConnections = limits.connections;
  guard(app, rules);
  answerFailures(app, report);
  chatRoute(app, service);
  completionsRoute(app, service);
  modelsRoutes(app, service);
  healthRoutes(app, service);
  return app;
}
