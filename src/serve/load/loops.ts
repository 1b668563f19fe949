import type { Clock } from '../../core/ports.js';
import type { Random } from '../../core/random.js';
import { type Exchange, exchange, type Question, type Target } from './exchange.js';

export type LoadPlan = {
  target: Target;
  nextQuestion: () => Question;
  durationMs: number;
  /** After the duration, what is under way may go on so long, ms; then it is a timeout. */
  graceMs: number;
  clock: Clock;
};

/** So many clients, each asking again as soon as it has its answer. Says what the server can do, not how long users wait. */
export async function closedLoop(plan: LoadPlan, clients: number): Promise<Exchange[]> {
  const startMs = plan.clock.monotonicMs();
  const elapsedMs = () => plan.clock.monotonicMs() - startMs;
  const done: Exchange[] = [];
  const client = async () => {
    while (elapsedMs() < plan.durationMs) {
      const result = await ask(plan, startMs, elapsedMs());
      done.push(result);
      // A server that refuses at once must not be asked ten thousand times a second.
      if (result.failure !== null) await plan.clock.sleep(100);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done;
}

/**
 * Requests at random moments (a Poisson process) at a mean rate, whatever the server does, as from many users. Times
 * count from the moment a request was due, so that a stalled server cannot hide its stall (coordinated omission).
 */
export async function openLoop(plan: LoadPlan, ratePerSecond: number, random: Random): Promise<Exchange[]> {
  const startMs = plan.clock.monotonicMs();
  const pending: Promise<Exchange>[] = [];
  for (const dueMs of arrivals(ratePerSecond, plan.durationMs, random)) {
    const waitMs = dueMs - (plan.clock.monotonicMs() - startMs);
    if (waitMs > 0) await plan.clock.sleep(waitMs);
    pending.push(ask(plan, startMs, dueMs));
  }
  return Promise.all(pending);
}

/** One request by itself. */
export const askOnce = (plan: LoadPlan): Promise<Exchange> => ask(plan, plan.clock.monotonicMs(), 0);

/** Moments of arrival in ms, exponential gaps. */
export function arrivals(ratePerSecond: number, durationMs: number, random: Random): number[] {
  const moments: number[] = [];
  for (let at = 0; ; ) {
    at += (-Math.log(1 - random()) / ratePerSecond) * 1000;
    if (at >= durationMs) return moments;
    moments.push(at);
  }
}

function ask(
  { target, nextQuestion, durationMs, graceMs, clock }: LoadPlan,
  startMs: number,
  dueMs: number,
): Promise<Exchange> {
  const leftMs = startMs + durationMs + graceMs - clock.monotonicMs();
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(leftMs)));
  return exchange(target, nextQuestion(), { clock, startMs, dueMs, signal });
}
