import type { Clock } from '../core/ports.js';
import type { Random } from '../core/random.js';
import type { ConnectionLimits } from './http/client-connection.js';
import type { Metrics } from './metrics.js';
import type { GenerateParameters } from './protocol.js';
import { Refusal } from './refusal.js';
import type { Speedometer } from './speed.js';
import type { Admission, Reservation } from './supervisor/admission.js';
import type { Fleet } from './supervisor/fleet.js';
import type { Ticket, TicketSink } from './supervisor/ticket.js';
import type { ChatTemplate } from './template/chat-template.js';

/** What the routes need of the server behind them. */
export type Service = {
  fleet: Fleet;
  admission: Admission;
  clock: Clock;
  random: Random;
  template: ChatTemplate;
  model: { id: string; aliases: readonly string[]; createdSeconds: number; fingerprint: string };
  /** Thinking budget of the whole server, tokens; null for no limit. */
  thinkingBudget: number | null;
  /** Longest life of a request, ms. */
  deadlineMs: number;
  connection: ConnectionLimits;
  /** Of r1-tune. */
  version: string;
  metrics: Metrics;
  speed: Speedometer;
  /** Not ready when slower than the profile promises. */
  isStrict: boolean;
  phase: 'loading' | 'warming-up' | 'serving' | 'draining';
};

/** A place in the queue, or a refusal at once. */
export function reserve(service: Service, tenant: string, places: number, timeoutMs: number | undefined): Reservation {
  const { fleet, admission } = service;
  const retryAfterSeconds = admission.retryAfterSeconds();
  if (service.phase === 'draining' || fleet.state === 'stopped')
    throw new Refusal('draining', 'The server is shutting down.', { retryAfterSeconds });
  if (fleet.state === 'broken') throw new Refusal('workerLost', 'The worker processes keep failing.');
  if (service.phase !== 'serving') throw new Refusal('loading', 'The model is still loading.', { retryAfterSeconds });
  return admission.reserve(tenant, places, timeoutMs);
}

/** Clamps the answer to what the context still holds. Throws when there is no room for a single token. */
export function fitContext(
  contextTokens: number,
  promptTokens: number,
  maxTokens: number | null,
  param: 'messages' | 'prompt',
): number {
  const room = contextTokens - promptTokens;
  if (room < 1)
    throw new Refusal(
      'contextLength',
      `The prompt has ${promptTokens} tokens; this server's context holds ${contextTokens}, and an answer needs at least one of them.`,
      { param },
    );
  return Math.min(maxTokens ?? room, room);
}

export function newTicket(
  service: Service,
  request: { id: string; tenant: string; prompt: readonly number[]; parameters: GenerateParameters; sink: TicketSink },
): Ticket {
  return {
    ...request,
    enqueuedMs: service.clock.monotonicMs(),
    startedMs: undefined,
    emitted: [],
    state: 'queued',
    phase: 'prefill',
    isPaused: false,
    isAlone: true,
    deaths: 0,
    stepsSinceStart: 0,
  };
}
