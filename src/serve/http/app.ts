import fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../../core/ports.js';
import { Refusal } from '../refusal.js';
import type { Service } from '../service.js';
import { answerBrokenRequest, answerFailures, answerFrameworkError } from './failures.js';
import { type AccessRules, guard } from './guards.js';
import { chatRoute } from './routes/chat.js';
import { completionsRoute } from './routes/completions.js';
import { healthRoutes } from './routes/health.js';
import { messagesRoutes } from './routes/messages.js';
import { metricsRoute } from './routes/metrics.js';
import { modelsRoutes } from './routes/models.js';
import { openApiRoute } from './routes/openapi.js';
import { pageRoutes } from './routes/page.js';
import { responsesRoute } from './routes/responses.js';
import { toolingRoutes } from './routes/tooling.js';

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

/** One line of the access log. Never holds text of a prompt or an answer. */
export type AccessEntry = {
  time: string;
  id: string;
  tenant: string;
  method: string;
  route: string;
  status: number;
  ms: number;
};

export type AppReports = {
  /** Hears of faults of the server itself. */
  report: (error: unknown) => void;
  /** Hears of every request that was answered. */
  log: (entry: AccessEntry) => void;
};

/** The HTTP face of a service: routes, guards, limits and error bodies. */
export function createApp(
  service: Service,
  rules: AccessRules,
  limits: HttpLimits,
  { report, log }: AppReports,
): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    // Node looks for late requests every 30 s unless told.
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: 1000 },
    forceCloseConnections: true,
    return503OnClosing: false,
    // Names like any other: bodies are checked field by field, and none is ever merged into an object.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerFrameworkError,
  });
  app.server.maxConnections = limits.connections;
  guard(app, rules);
  refuseEncodedBodies(app);
  answerFailures(app, report, service.metrics);
  logAccess(app, service.clock, log);
  chatRoute(app, service);
  completionsRoute(app, service);
  messagesRoutes(app, service);
  responsesRoute(app, service);
  toolingRoutes(app, service);
  modelsRoutes(app, service);
  healthRoutes(app, service);
  metricsRoute(app, service);
  pageRoutes(app);
  openApiRoute(app, service.version, rules.keys.length > 0);
  return app;
}

/** A compressed body could be a thousand times longer than the limit. */
function refuseEncodedBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity')
      throw new Refusal('mediaType', `A body with content-encoding ${encoding} is not read; send it as it is.`);
  });
}

function logAccess(app: FastifyInstance, clock: Clock, log: AppReports['log']): void {
  app.addHook('onRequest', async (request, reply) => {
    const startMs = clock.monotonicMs();
    reply.raw.once('close', () =>
      log({
        time: new Date(clock.now()).toISOString(),
        id: request.id,
        tenant: request.tenant,
        method: request.method,
        route: request.routeOptions.url ?? '',
        status: reply.raw.writableFinished ? reply.raw.statusCode : 499,
        ms: Math.round(clock.monotonicMs() - startMs),
      }),
    );
  });
}
