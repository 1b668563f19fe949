import type { Machine } from '../../core/machine.js';
import type { Measurement, Sentinel } from '../../core/outcome.js';
import type { Clock } from '../../core/ports.js';
import { runSentinel } from '../../probes/bandwidth/sentinel.js';

/** The reading after one trial serves as the one before the next when no more time than this lies between. */
const FRESH_MS = 2_000;

/** Sentinel readings around trials. A trial that was stopped or failed has none. */
export function watchWithSentinels(machine: Machine, clock: Clock, signal: AbortSignal) {
  let last: { sentinel: Sentinel | null; atMs: number } | null = null;
  const read = async (): Promise<Sentinel | null> => {
    const sentinel = await runSentinel(machine, signal);
    last = { sentinel, atMs: clock.monotonicMs() };
    return sentinel;
  };
  return async (measure: () => Promise<Measurement>): Promise<Measurement> => {
    const before = last && clock.monotonicMs() - last.atMs < FRESH_MS ? last.sentinel : await read();
    const measurement = await measure();
    if (signal.aborted) return measurement;
    const after = await read();
    return { ...measurement, sentinels: before && after ? { before, after } : null };
  };
}
