import { GREEDY, type Sequence } from '../core/engine.js';

/** Spins for a share of the time already spent: an injected, real slow-down for testing the gate. */
function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

export type DecodeRegion = { ttftMs: number; decodeMs: number[] };

/** Prefill and decode of one request. The trace decides every token, so that all configurations do the same work. */
export async function runRequest(
  sequence: Sequence,
  trace: readonly number[],
  promptTokens: number,
  options: { slowdown: number; onFirst: () => void },
): Promise<DecodeRegion> {
  const start = performance.now();
  await sequence.step(trace.slice(0, promptTokens), GREEDY);
  let last = performance.now();
  const ttftMs = last - start;
  options.onFirst();
  last = performance.now();
  const decodeMs: number[] = [];
  for (const token of trace.slice(promptTokens)) {
    await sequence.step([token], GREEDY);
    if (options.slowdown > 0) spin((performance.now() - last) * options.slowdown);
    const now = performance.now();
    decodeMs.push(now - last);
    last = now;
  }
  return { ttftMs, decodeMs };
}
