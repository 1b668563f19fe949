import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { alarm } from '../alarm.js';
import { fitContext, reserve, type Service } from '../service.js';
import { type AnswerPlan, AnswerRun } from './answer-run.js';
import { type AnswerWriter, streamWriter, wholeWriter } from './answer-writer.js';
import { type ClientConnection, connectClient } from './client-connection.js';
import type { AskedParameters } from './parameters.js';
import type { Shape } from './shape.js';

export type Order = {
  /** The field that holds the prompt. */
  param: 'messages' | 'prompt';
  /** Number of prompts, known before they are tokenized. */
  promptCount: number;
  prompts: () => Promise<number[][]>;
  answersPerPrompt: number;
  parameters: AskedParameters;
  shape: Shape;
  stream: boolean;
  includeUsage: boolean;
};

/** Carries one request of a generation route: its place in the queue, its tokens, then its answers. */
export async function generate(service: Service, request: FastifyRequest, reply: FastifyReply, order: Order) {
  const places = order.promptCount * order.answersPerPrompt;
  const reservation = reserve(service, request.tenant, places, clientTimeoutMs(request));
  reply.raw.once('close', reservation.release);
  try {
    const { contextTokens } = service.fleet.current.plan;
    const plans = (await order.prompts()).map((prompt) => {
      const maxTokens = fitContext(contextTokens, prompt.length, order.parameters.maxTokens, order.param);
      return { prompt, parameters: { ...order.parameters, maxTokens } };
    });
    if (!reply.raw.destroyed) answer(service, request, reply, order, plans);
    return reply;
  } catch (error) {
    reservation.release();
    throw error;
  }
}

function answer(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  order: Order,
  plans: readonly AnswerPlan[],
): void {
  const id = `${order.shape.idPrefix}${randomUUID().replaceAll('-', '')}`;
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const);
  reply.hijack();
  const client: ClientConnection = connectClient(
    reply.raw,
    service.clock,
    service.connection,
    { left: () => run.cancel(), pressure: (isHigh) => run.setPaused(isHigh) },
    Object.fromEntries(headers),
  );
  const writer = chooseWriter(service, client, id, order);
  const run = new AnswerRun(service, writer, plans, order.answersPerPrompt);
  if (order.stream) client.keepAlive(writer.keepAlive);
  else
    reply.raw.once(
      'close',
      alarm(service.clock, service.connection.earlyHeadMs, () => client.keepAlive(writer.keepAlive)),
    );
  run.start(id, request.tenant);
}

function chooseWriter(service: Service, client: ClientConnection, id: string, order: Order): AnswerWriter {
  const head = {
    id,
    created: Math.floor(service.clock.now() / 1000),
    model: service.model.id,
    system_fingerprint: service.model.fingerprint,
  };
  return order.stream
    ? streamWriter(client, order.shape, head, order.includeUsage)
    : wholeWriter(client, order.shape, head);
}

/** The openai clients say how long they wait: what cannot begin in that time is refused at once. */
function clientTimeoutMs(request: FastifyRequest): number | undefined {
  const seconds = Number(request.headers['x-stainless-timeout']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
