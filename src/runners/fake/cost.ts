import type { Candidate } from '../../core/candidate.js';
import { gaussian, randomStream } from '../../core/random.js';
import { ownRow } from '../../core/table.js';
import type { FakeScript } from './script.js';

/** Milliseconds that each kind of work takes. Draws noise, so that equal calls differ as on a real machine. */
export type CostModel = {
  loadMs(): number;
  prefillMs(tokens: number): number;
  decodeMs(sequences: number): number;
};

/** `salt` makes processes differ (the process id, say); the same salt repeats the same draws. */
export function costModel({ cost, seed }: FakeScript, candidate: Candidate, salt: string): CostModel {
  const random = randomStream(seed, `cost ${salt}`);
  const noisy = (ms: number, sd: number) => (sd === 0 ? ms : ms * Math.exp(sd * gaussian(random)));
  const environment =
    (ownRow(cost.binding, candidate.binding.name) ?? 1) *
    (cost.allocator[candidate.allocator.name] ?? 1) *
    noisy(1, cost.drift);
  const speed = (threads: number) => {
    const crowd = Math.max(0, threads - cost.bestThreads) * cost.crowding;
    return environment * (1 - cost.parallelShare + cost.parallelShare / Math.min(threads, cost.bestThreads)) + crowd;
  };
  const decode = cost.decodeMs * (ownRow(cost.quant, candidate.quant) ?? 1) * speed(candidate.threads);
  const prefill = cost.prefillMsPerToken * speed(candidate.threadsBatch ?? candidate.threads);
  return {
    loadMs: () => noisy(cost.loadMs * environment, cost.noise),
    prefillMs: (tokens) => noisy(prefill * tokens, cost.noise),
    decodeMs: (sequences) => noisy(decode * (1 + cost.batchShare * (sequences - 1)), cost.noise),
  };
}
