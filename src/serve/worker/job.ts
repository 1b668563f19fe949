import type { Sampling, Sequence, Session } from '../../core/engine.js';
import type { Clock } from '../../core/ports.js';
import type { Finish, FromWorker, GenerateMessage, Timings } from '../protocol.js';
import { createGeneration, type Generation } from './generation.js';
import type { PauseGate } from './pause-gate.js';
import { promptLogprobs } from './prompt-logprobs.js';

export type JobContext = {
  session: Session;
  clock: Clock;
  send: (message: FromWorker) => void;
  signal: AbortSignal;
  gate: PauseGate;
};

/** Runs one generation on a lent sequence: prefill, then a step a token, until it ends or is cancelled. */
export async function runJob(
  message: GenerateMessage,
  sequence: Sequence,
  cachedTokens: number,
  { session, clock, send, signal, gate }: JobContext,
): Promise<void> {
  const { id, prompt, emitted, parameters } = message;
  const generation = createGeneration(session, parameters);
  const startMs = clock.monotonicMs();
  let firstMs: number | undefined;
  let lastMs = startMs;
  let steps = 0;

  send({ type: 'started', id, cachedTokens });
  replay(generation, emitted);
  const context = [...prompt, ...emitted];
  const sampling = samplingOf(parameters);
  let next = context.slice(-1);
  const end = (finish: Finish) => {
    const prefillMs = (firstMs ?? clock.monotonicMs()) - startMs;
    const decodeMs = lastMs - (firstMs ?? lastMs);
    const prefillTokens = context.length - cachedTokens;
    const timings: Timings = { cachedTokens, prefillTokens, prefillMs, decodeTokens: Math.max(0, steps - 1), decodeMs };
    send({ type: 'done', id, finish, ...generation.flush(), timings });
  };
  try {
    if (parameters.echo && emitted.length === 0)
      for await (const logprobs of promptLogprobs(session, sequence, prompt, parameters.logprobs ?? 0)) {
        signal.throwIfAborted();
        send({ type: 'echo', id, logprobs });
      }
    else
      await sequence.prefill(context.slice(cachedTokens, -1), {
        signal,
        onBatch: (tokens) => send({ type: 'prefilled', id, tokens }),
      });
    if (parameters.maxTokens === 0) return end('length');
    for (;;) {
      await gate.opened();
      signal.throwIfAborted();
      const step = await sequence.step(next, sampling, stepOptions(parameters, generation));
      lastMs = clock.monotonicMs();
      firstMs ??= lastMs;
      const { finish, ...accepted } = generation.accept(step);
      steps += accepted.tokens.length;
      send({ type: 'step', id, ...accepted });
      if (finish) return end(finish);
      next = accepted.tokens;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    end('cancelled');
  }
}

function replay(generation: Generation, emitted: readonly number[]): void {
  for (let i = 0; i < emitted.length; ) i += generation.accept({ token: emitted[i]! }).tokens.length;
}

/** Empty bias means none: engines take a faster path without one. */
function samplingOf({ sampling }: GenerateMessage['parameters']): Sampling {
  const { logitBias, ...rest } = sampling;
  return Object.keys(logitBias).length > 0 ? { ...rest, logitBias } : rest;
}

function stepOptions({ logprobs }: GenerateMessage['parameters'], generation: Generation) {
  const allowed = generation.allowed();
  return { ...(logprobs === null ? {} : { logprobs }), ...(allowed ? { allowed } : {}) };
}
