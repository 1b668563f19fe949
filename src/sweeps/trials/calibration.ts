import { CALIBRATION_VERSION, type Calibration } from '../../core/calibration.js';
import type { Outcome } from '../../core/outcome.js';
import { minimumDetectableEffect } from '../../stats/minimum-effect.js';
import { mean, standardDeviation } from '../../stats/sample.js';
import { calibrateWarmUp } from './warm-up.js';

/** Pairs for which the detectable effect is told: the looks of the gate. */
const TOLD_PAIRS = [10, 14, 20, 30] as const;
/** One look of the gate spends a quarter of its 1 %. */
const LOOK_ALPHA = 0.0025;
const MARGIN = 0.05;
const FEWEST_FOR_DRIFT = 6;

const logRate = (outcome: Outcome): number => Math.log(outcome.metrics!.decodeMedianChunkRate);

/** Log-ratios of second over first member of each pair of the same configuration. */
function pairDifferences(outcomes: readonly Outcome[]): number[] {
  const blocks = new Map<number, Outcome[]>();
  for (const outcome of outcomes) blocks.set(outcome.block, [...(blocks.get(outcome.block) ?? []), outcome]);
  return [...blocks.values()].filter((pair) => pair.length === 2).map(([a, b]) => logRate(b!) - logRate(a!));
}

/** Least-squares slope of the log rate against time, as a share an hour. */
function driftPerHour(outcomes: readonly Outcome[]): number | null {
  if (outcomes.length < FEWEST_FOR_DRIFT) return null;
  const hours = outcomes.map((o) => Date.parse(o.startedAt) / 3600e3);
  const rates = outcomes.map(logRate);
  const [centre, level] = [mean(hours), mean(rates)];
  const spread = hours.reduce((sum, h) => sum + (h - centre) ** 2, 0);
  if (spread === 0) return null;
  return Math.expm1(hours.reduce((sum, h, i) => sum + (h - centre) * (rates[i]! - level), 0) / spread);
}

export type CalibrationParts = {
  createdAt: string;
  fingerprint: string;
  modelKey: string;
  /** Trials from a cold start whose every decode step was recorded. */
  pilots: readonly Outcome[];
  /** Measured trials of the pairs; block is the pair. */
  trials: readonly Outcome[];
};

/** What pairs of a configuration with itself say about the machine. Needs at least two complete pairs. */
export function summarizeCalibration(parts: CalibrationParts): Calibration {
  const differences = pairDifferences(parts.trials);
  const pairedSd = standardDeviation(differences);
  const effect = (pairs: number): number | null =>
    minimumDetectableEffect({ sdOfDifferences: pairedSd, pairs, alpha: LOOK_ALPHA, power: 0.9, margin: MARGIN });
  const first = parts.trials[0]!;
  return {
    schemaVersion: CALIBRATION_VERSION,
    kind: 'r1-tune/calibration',
    createdAt: parts.createdAt,
    fingerprint: parts.fingerprint,
    modelKey: parts.modelKey,
    candidate: first.candidate,
    workload: first.workload,
    pairs: differences.length,
    pairedSd,
    spread: standardDeviation(parts.trials.map(logRate)),
    minimumDetectable: TOLD_PAIRS.map((pairs) => ({ pairs, effect: effect(pairs) })),
    driftPerHour: driftPerHour(parts.trials),
    warmUp: calibrateWarmUp(parts.pilots.map((pilot) => pilot.samples!.decodeMs)),
  };
}
