import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { alarm } from '../alarm.js';
import { fitContext, reserve, type Service } from '../service.js';
import { type AnswerPlan, AnswerRun, type Echo, type Reading } from './answer-run.js';
import { type AnswerHead, type AnswerWriter, type StreamOptions, streamWriter, wholeWriter } from './answer-writer.js';
import { type ClientConnection, connectClient } from './client-connection.js';
import type { AskedParameters } from './parameters.js';
import type { Shape } from './shape.js';

export type Order = {
  /** The field that holds the prompt. */
  param: 'messages' | 'prompt';
  /** Number of prompts, known before they are tokenized. */
  promptCount: number;
  prompts: () => Promise<number[][]>;
  /** What of each prompt begins its answers. */
  echoes?: (prompts: readonly number[][]) => Promise<Echo[]>;
  answersPerPrompt: number;
  parameters: AskedParameters;
  reading: Reading;
  /** Begins the id of the answer. */
  idPrefix: string;
  writer: (client: ClientConnection, head: AnswerHead) => AnswerWriter;
  stream: boolean;
};

/** Answers in one of the shapes of the OpenAI API. */
export const shapedWriter =
  (shape: Shape, stream: StreamOptions | null): Order['writer'] =>
  (client, head) =>
    stream ? streamWriter(client, shape, head, stream) : wholeWriter(client, shape, head);

/** Carries one request of a generation route: its place in the queue, its tokens, then its answers. */
export async function generate(service: Service, request: FastifyRequest, reply: FastifyReply, order: Order) {
  const places = order.promptCount * order.answersPerPrompt;
  const reservation = reserve(service, request.tenant, places, clientTimeoutMs(request));
  reply.raw.once('close', reservation.release);
  try {
    const { contextTokens } = service.fleet.current.plan;
    const prompts = await order.prompts();
    const echoes = await order.echoes?.(prompts);
    const plans = prompts.map((prompt, i) => {
      const maxTokens = fitContext(contextTokens, prompt.length, order.parameters.maxTokens, order.param);
      return { prompt, parameters: { ...order.parameters, maxTokens }, echo: echoes?.[i] ?? null };
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
  const id = `${order.idPrefix}${randomUUID().replaceAll('-', '')}`;
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const);
  reply.hijack();
  const client: ClientConnection = connectClient(
    reply.raw,
    service.clock,
    service.connection,
    { left: () => run.cancel(), pressure: (isHigh) => run.setPaused(isHigh) },
    Object.fromEntries(headers),
  );
  const writer = order.writer(client, headOf(service, id));
  const run = new AnswerRun(service, writer, plans, order.answersPerPrompt, order.reading);
  if (order.stream) client.keepAlive(writer.keepAlive);
  else
    reply.raw.once(
      'close',
      alarm(service.clock, service.connection.earlyHeadMs, () => client.keepAlive(writer.keepAlive)),
    );
  run.start(id, request.tenant);
}

const headOf = ({ clock, model }: Service, id: string): AnswerHead => ({
  id,
  created: Math.floor(clock.now() / 1000),
  model: model.id,
  system_fingerprint: model.fingerprint,
});

/** The openai clients say how long they wait: what cannot begin in that time is refused at once. */
function clientTimeoutMs(request: FastifyRequest): number | undefined {
  const seconds = Number(request.headers['x-stainless-timeout']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
