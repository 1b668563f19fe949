import type { DoneMessage, GenerateParameters, PromptLogprob, StepMessage } from '../protocol.js';
import type { Refusal } from '../refusal.js';

/** Where the events of one generation go. After `done` or `failed` nothing follows. */
export type TicketSink = {
  /** A worker has begun; called again when the answer moves to another worker. */
  started(cachedTokens: number): void;
  /** Log-probabilities of the next tokens of the prompt, for those who asked. */
  echo?(logprobs: readonly PromptLogprob[]): void;
  step(step: StepMessage): void;
  done(done: DoneMessage): void;
  failed(refusal: Refusal): void;
};

/** One generation from its admission to its end, with the journal from which another worker can go on. */
export type Ticket = {
  readonly id: string;
  readonly tenant: string;
  readonly prompt: readonly number[];
  readonly parameters: GenerateParameters;
  readonly sink: TicketSink;
  readonly enqueuedMs: number;
  startedMs: number | undefined;
  /** Every token generated so far, in order. */
  readonly emitted: number[];
  state: 'queued' | 'running' | 'ended';
  phase: 'prefill' | 'decode';
  isPaused: boolean;
  /** It never shared its worker: its speed can be compared with the profile. */
  isAlone: boolean;
  /** Workers that died while they ran it. */
  deaths: number;
  stepsSinceStart: number;
};

/** Steps after which a request that was on a dead worker is not suspected of having killed it. */
const STEPS_THAT_CLEAR = 32;

/** A suspect runs alone on its worker, so that it cannot take innocent requests along a second time. */
export const isSuspect = (ticket: Ticket): boolean => ticket.deaths > 0 && ticket.stepsSinceStart < STEPS_THAT_CLEAR;
