import type { Disturbance, Preflight } from '../../core/gate.js';
import { disturbances, watchOthers } from '../../probes/surroundings/quiet.js';
import type { Context } from '../context.js';

const LOOK_MS = 1_000;
/** What is seen is told this often: each is a line in the log of a build. */
const TELL_MS = 10_000;

const WORDS: Readonly<Record<keyof Disturbance, string>> = {
  cpuPressure: 'of the time something waited for a CPU',
  busyShare: 'of the CPU time went to other work',
  stealShare: 'of the CPU time was taken by the hypervisor',
};

/** What disturbs, in words; empty for a quiet machine. */
export const disturbanceText = (seen: Disturbance): string =>
  disturbances(seen)
    .map((name) => `${(seen[name]! * 100).toFixed(0)} % ${WORDS[name]}`)
    .join(', ');

/** Waits until nothing else runs, for `mostMs` at most; then the experiment goes on all the same, and says so. */
export async function waitForQuiet({ host, clock, signal, emit }: Context, mostMs: number): Promise<Preflight> {
  const look = watchOthers(host);
  const start = clock.monotonicMs();
  let toldMs = -TELL_MS;
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    const seen = look();
    const waitedMs = clock.monotonicMs() - start;
    const isQuiet = disturbances(seen).length === 0;
    if (isQuiet || waitedMs >= mostMs) return { waitedMs, isQuiet, seen };
    if (waitedMs - toldMs < TELL_MS) continue;
    toldMs = waitedMs;
    emit({ type: 'step', what: `Waiting for a quiet machine: ${disturbanceText(seen)}`, share: null });
  }
}
