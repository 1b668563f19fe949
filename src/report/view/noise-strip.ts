import type { Outcome, Sentinel } from '../../core/outcome.js';
import type { RunResult } from '../../core/run-result.js';
import { mean } from '../../stats/sample.js';
import { quantile } from './quantile.js';

/** One trial, or the most disturbed of several neighbours in a long run. */
export type NoisePoint = {
  trial: number;
  /** Sentinel time over the run's median: 1.05 is 5 % slower. null when none was run. */
  memory: number | null;
  compute: number | null;
  stealShare: number | null;
  voided: boolean;
};
export type NoiseStrip = {
  points: NoisePoint[];
  trialsPerPoint: number;
  pairedSd: number | null;
  voidedTrials: number;
  stealShare: number | null;
};

/** More points than a wide screen has pixels to show. */
const MOST_POINTS = 800;

export function noiseStrip(run: RunResult): NoiseStrip {
  const memory = relative(run.outcomes, (sentinel) => sentinel.memoryOneMs);
  const compute = relative(run.outcomes, (sentinel) => sentinel.computeMs);
  const all = run.outcomes.map((outcome, index) => ({
    trial: outcome.trial,
    memory: memory[index] ?? null,
    compute: compute[index] ?? null,
    stealShare: outcome.resources?.stealShare ?? null,
    voided: outcome.voided,
  }));
  const trialsPerPoint = Math.max(1, Math.ceil(all.length / MOST_POINTS));
  return { points: thinned(all, trialsPerPoint), trialsPerPoint, ...run.noise };
}

/** Mean of the sentinels around each trial over the median of all. */
function relative(outcomes: readonly Outcome[], pick: (sentinel: Sentinel) => number): (number | null)[] {
  const values = outcomes.map(({ sentinels }) =>
    sentinels ? mean([sentinels.before, sentinels.after].flatMap((sentinel) => sentinel ?? []).map(pick)) : null,
  );
  const median = quantile(values.filter((value) => value !== null))(0.5);
  return values.map((value) => (value === null || !(median > 0) ? null : value / median));
}

function thinned(points: readonly NoisePoint[], step: number): NoisePoint[] {
  if (step === 1) return [...points];
  const disturbance = (point: NoisePoint): number =>
    Math.max(Math.abs((point.memory ?? 1) - 1), Math.abs((point.compute ?? 1) - 1), point.stealShare ?? 0) +
    (point.voided ? 10 : 0);
  return Array.from({ length: Math.ceil(points.length / step) }, (_, index) =>
    points
      .slice(index * step, (index + 1) * step)
      .reduce((worst, point) => (disturbance(point) > disturbance(worst) ? point : worst)),
  );
}
