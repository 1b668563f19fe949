import type { Clock } from '../core/ports.js';

/** Does something after a time, or every so often when `repeats`; the returned function calls it off. */
export function alarm(clock: Clock, ms: number, action: () => void, repeats = false): () => void {
  const abort = new AbortController();
  void (async () => {
    do {
      try {
        await clock.sleep(ms, abort.signal);
      } catch {
        return;
      }
      if (abort.signal.aborted) return;
      action();
    } while (repeats);
  })();
  return () => abort.abort();
}
