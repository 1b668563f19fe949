import { coefficientOfVariation, mean, median } from '../../stats/sample.js';

/**
 * How many decode steps a trial throws away, found once for each engine and model and then frozen: a rule that looked at
 * each trial anew would choose its own sample. Pilots start cold and record every step from the first.
 */
export type WarmUp = {
  /** Steps to discard: the most that any pilot needed. */
  steps: number;
  /** Steps each pilot needed. */
  perPilot: number[];
  /** True when a pilot never settled and the cap was taken for it. */
  isCapped: boolean;
  /** Duration of the first step over a settled one, median of the pilots: what the first request of a server suffers. */
  coldRatio: number;
};

const CHUNK_STEPS = 4;
/** Settled: the coefficient of variation of four chunks in a row is below 2 %. */
const WINDOW_CHUNKS = 4;
const SETTLED_COV = 0.02;
/** More than this is no warm-up but a machine that does not settle. */
const CAP_STEPS = 64;

/** @param pilots duration of each decode step in ms, one list a pilot process */
export function calibrateWarmUp(pilots: readonly (readonly number[])[]): WarmUp {
  const needed = pilots.map(stepsUntilSettled);
  const perPilot = needed.map((steps) => steps ?? CAP_STEPS);
  return {
    steps: Math.max(0, ...perPilot),
    perPilot,
    isCapped: needed.includes(null),
    coldRatio: median(pilots.map((steps, i) => steps[0]! / median(steps.slice(perPilot[i])))),
  };
}

/** Steps before the first window of settled chunks; null when there is none within the cap. */
function stepsUntilSettled(stepMs: readonly number[]): number | null {
  const chunks = Array.from({ length: Math.floor(stepMs.length / CHUNK_STEPS) }, (_, i) =>
    mean(stepMs.slice(i * CHUNK_STEPS, (i + 1) * CHUNK_STEPS)),
  );
  for (let first = 0; first + WINDOW_CHUNKS <= chunks.length && first * CHUNK_STEPS <= CAP_STEPS; first++)
    if (coefficientOfVariation(chunks.slice(first, first + WINDOW_CHUNKS)) < SETTLED_COV) return first * CHUNK_STEPS;
  return null;
}
