import type { Trial } from '../../core/experiment.js';
import type { Machine } from '../../core/machine.js';
import type { Measurement, Sentinel } from '../../core/outcome.js';
import type { Clock } from '../../core/ports.js';
import { runSentinel } from '../../probes/bandwidth/sentinel.js';

/**
 * How long a reading speaks for the machine. The one after a trial serves as the one before the next, and a trial shorter than
 * this, with more of its block to come, has none after it: the block is judged as a whole by the readings around it.
 */
const FRESH_MS = 3_000;

type Watch = (trial: Pick<Trial, 'isLast'>, measure: () => Promise<Measurement>) => Promise<Measurement>;

/** Sentinel readings around trials. A trial that was stopped or failed has none. */
export function watchWithSentinels(
  machine: Machine,
  clock: Clock,
  signal: AbortSignal,
  readSentinel: typeof runSentinel = runSentinel,
): Watch {
  let last: { sentinel: Sentinel | null; atMs: number } | null = null;
  const isFresh = (): boolean => last !== null && clock.monotonicMs() - last.atMs < FRESH_MS;
  const read = async (): Promise<Sentinel | null> => {
    const sentinel = await readSentinel(machine, signal);
    last = { sentinel, atMs: clock.monotonicMs() };
    return sentinel;
  };
  return async ({ isLast }, measure) => {
    const before = isFresh() ? last!.sentinel : await read();
    const measurement = await measure();
    if (signal.aborted) return measurement;
    if (!isLast && isFresh()) return { ...measurement, sentinels: before && { before, after: null } };
    const after = await read();
    return { ...measurement, sentinels: before && after ? { before, after } : null };
  };
}
