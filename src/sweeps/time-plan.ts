import type { Candidate } from '../core/candidate.js';
import type { Outcome } from '../core/outcome.js';
import type { Workload } from '../core/workload.js';

/**
 * What pilots (one trial for each engine and quantization) say about the time that other configurations will take.
 * Prefill scales nearly with threads; decode is bound by memory and scales less.
 */
export type Pilot = {
  backend: Candidate['backend'];
  quant: string;
  threads: number;
  /** Everything but prefill and decode: start of the process, load, tear-down. */
  fixedMs: number;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
};

const DECODE_SCALING = 0.7;

export function pilotOf(outcome: Outcome): Pilot | null {
  const { metrics, workload, candidate } = outcome;
  if (!metrics) return null;
  const evaluatedMs = requestMs(workload, metrics.prefillTokensPerSecond, metrics.decodeTokensPerSecond);
  return {
    backend: candidate.backend,
    quant: candidate.quant,
    threads: candidate.threads,
    fixedMs: Math.max(200, outcome.wallMs - evaluatedMs),
    prefillTokensPerSecond: metrics.prefillTokensPerSecond,
    decodeTokensPerSecond: metrics.decodeTokensPerSecond,
  };
}

/** Prefill and decode of warm-up and measured region, ms, at the given rates (tok/s). */
function requestMs(workload: Workload, prefillRate: number, decodeRate: number): number {
  const prompt = workload.promptTokens + workload.warmUpPromptTokens + workload.contextDepth;
  const generated = workload.generateTokens + workload.warmUpGenerateTokens;
  return (prompt / prefillRate + generated / decodeRate) * 1000;
}

/** Expected time of one trial, ms. `threadBudget`: threads beyond it bring nothing. */
export function expectedTrialMs(
  candidate: Candidate,
  workload: Workload,
  pilots: readonly Pilot[],
  threadBudget: number,
): number {
  const pilot = pilots.find((p) => p.backend === candidate.backend && p.quant === candidate.quant);
  if (!pilot) return 0;
  const share = Math.min(candidate.threads, threadBudget) / Math.min(pilot.threads, threadBudget);
  const streams = candidate.sequences > 1 ? candidate.sequences * workload.generateTokens : 0;
  const decodeRate = pilot.decodeTokensPerSecond * share ** DECODE_SCALING;
  return (
    pilot.fixedMs + requestMs(workload, pilot.prefillTokensPerSecond * share, decodeRate) + (streams / decodeRate) * 500
  );
}

/** A trial may take this many times what is expected before it counts as hung; slow disks and neighbours are not hangs. */
const DEADLINE_FACTOR = 6;
const SHORTEST_DEADLINE_MS = 60_000;

export const deadlineMs = (expectedMs: number): number => Math.max(SHORTEST_DEADLINE_MS, expectedMs * DEADLINE_FACTOR);
