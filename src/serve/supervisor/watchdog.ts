import type { Worker } from './worker.js';

/** Longest silence of a worker that has work, ms: ten times what one unit of it should take. */
export type HangLimits = {
  load: number;
  /** While a prompt is evaluated: one prefill batch. */
  prefill: number;
  /** While only tokens are generated: one decode step of all sequences. */
  decode: number;
};

/**
 * Why a worker counts as hung, or undefined. Only silence counts, never how long a request takes; a paused request
 * (its client reads slowly) owes no progress.
 */
export function hangReason(
  worker: Worker,
  tokenizations: number,
  limits: HangLimits,
  nowMs: number,
): string | undefined {
  const silentMs = nowMs - worker.progressMs;
  const told = (what: string, limitMs: number) =>
    silentMs > limitMs ? `killed: no sign of ${what} for ${Math.round(silentMs)} ms` : undefined;
  if (worker.state === 'starting') return told('loading', limits.load);
  if (worker.state === 'gone') return undefined;
  const working = [...worker.active.values()].filter((ticket) => !ticket.isPaused);
  if (tokenizations > 0 || working.some((ticket) => ticket.phase === 'prefill')) return told('prefill', limits.prefill);
  return working.length > 0 ? told('a decode step', limits.decode) : undefined;
}
