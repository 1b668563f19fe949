import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { table } from '../../core/table.js';
import type { Metrics } from '../metrics.js';
import { Refusal, type RefusalReason } from '../refusal.js';
import { refusalHeaders } from './answer-writer.js';
import { messagesError } from './messages/writer.js';

/** fastify's own errors → ours. Everything else is a fault of the server. */
const KNOWN: Record<string, RefusalReason> = table({
  FST_ERR_CTP_BODY_TOO_LARGE: 'tooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'mediaType',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed',
  FST_ERR_BAD_URL: 'malformed',
});

/** Every failure leaves as the error body of the OpenAI API. `report` hears of faults of our own. */
export function answerFailures(app: FastifyInstance, report: (error: unknown) => void, metrics: Metrics): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : translate(error);
    if (refusal.reason === 'internal') report(error);
    metrics.refused(refusal.reason);
    reply.code(refusal.row.status).headers(refusalHeaders(refusal)).send(bodyFor(request, refusal));
  });
  const routes: { url: string; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) routes.push({ url, method: one });
  });
  // Before a body is read: what the framework wants of bodies of some methods is no news to who asks at a wrong place.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = request.url.replace(/\?.*/, '');
    const allowed = routes.filter(({ url }) => isAt(url, path)).map(({ method }) => method);
    if (allowed.length === 0) throw new Refusal('unknownRoute', `There is no ${request.method} ${path} here.`);
    reply.header('allow', allowed.join(', '));
    throw new Refusal('method', `${path} takes ${allowed.join(' or ')}, not ${request.method}.`);
  });
}

/** Each API has its own error body. */
const bodyFor = ({ url }: FastifyRequest, refusal: Refusal): object =>
  url.startsWith('/v1/messages') ? messagesError(refusal) : refusal.body;

const isAt = (route: string, path: string): boolean =>
  route.endsWith('/*') ? path.startsWith(route.slice(0, -1)) : route === path;

/** A path that cannot be decoded comes to no route and no hook. */
export function answerFrameworkError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const refusal = translate(error);
  reply.code(refusal.row.status).headers(refusalHeaders(refusal)).send(refusal.body);
}

function translate(error: FastifyError): Refusal {
  const reason = KNOWN[error.code] ?? (error instanceof SyntaxError ? 'malformed' : undefined);
  if (reason) return new Refusal(reason, error.message);
  const isClients = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  return isClients
    ? new Refusal('invalid', error.message)
    : new Refusal('internal', 'The server failed on this request.');
}

function brokenRequest(code: string | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('slowRequest', 'The request did not arrive in time.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal('headersTooLarge', `The headers of the request are longer than ${maxHeaderSize} bytes.`);
  if (code === 'HPE_INVALID_METHOD') return new Refusal('method', 'This is not a method of HTTP that is known here.');
  return new Refusal('malformed', 'This is not an HTTP request that can be read.');
}

/** Node's own errors for requests that never became one: answered on the bare socket. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = brokenRequest(error.code);
  const body = JSON.stringify(refusal.body);
  const status = `${refusal.row.status} ${STATUS_CODES[refusal.row.status]}`;
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
