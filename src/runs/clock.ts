import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/ports.js';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    wait(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      // Ctrl-C during a wait is told as what it is, not as an AbortError of the timer.
      signal?.throwIfAborted();
      throw error;
    }),
};
