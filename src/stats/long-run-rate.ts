import type { Interval } from '../core/interval.js';
import { fitGaussianProcess } from './gaussian-process.js';
import { mean } from './sample.js';
import { tQuantile } from './student-t.js';

/** One trial of a series, in the order measured. */
export type TimedRate = { arm: string; rate: number };

/**
 * What trials of some minutes say about the days after them. A machine wanders: trials close in time share their weather, and
 * a dozen of them in a row are not a dozen independent looks. So the series of all arms is read as each arm's own level, a
 * wandering that all share (an Ornstein–Uhlenbeck process in the number of trials) and scatter of single trials; how much
 * of each, and how long weather lasts, is averaged over what the series makes likely.
 */
const WANDER_SDS = [0, 0.01, 0.02, 0.035, 0.055, 0.085];
const WANDER_TRIALS = [6, 18, 55];
const SCATTER_SDS = [0.006, 0.012, 0.022, 0.04, 0.07, 0.12, 0.2];
/** Nothing is known of an arm's level before: e^±4 around the median. */
const LEVEL_SD = 4;
/** Trials beyond these, far from the arm's own in time, add nothing. */
const MOST_TRIALS = 160;

type Weather = { wanderSd: number; trials: number; scatterSd: number };

const WEATHERS: readonly Weather[] = SCATTER_SDS.flatMap((scatterSd) =>
  WANDER_SDS.flatMap((wanderSd) =>
    (wanderSd === 0 ? [1] : WANDER_TRIALS).map((trials) => ({ wanderSd, trials, scatterSd })),
  ),
);

/** The long-run geometric mean rate of `arm`, with an interval that knows the weather. No limits below three trials of it. */
export function longRunRate(series: readonly TimedRate[], arm: string, level = 0.95): Interval {
  const kept = series.slice(-MOST_TRIALS);
  const n = kept.filter((trial) => trial.arm === arm).length;
  const logs = kept.map(({ rate }) => Math.log(rate));
  const centre = mean(logs.filter((_, i) => kept[i]!.arm === arm));
  if (n < 3) return { estimate: Math.exp(centre), low: null, high: null, level, n };
  const levels = WEATHERS.map((weather) => levelUnder(weather, kept, logs, arm));
  const best = Math.max(...levels.map((l) => l.logLikelihood));
  const weights = levels.map((l) => Math.exp(l.logLikelihood - best));
  const total = weights.reduce((a, b) => a + b, 0);
  const average = (read: (l: (typeof levels)[number]) => number): number =>
    levels.reduce((sum, l, i) => sum + weights[i]! * read(l), 0) / total;
  const estimate = average((l) => l.mean);
  const sd = Math.sqrt(average((l) => l.variance + (l.mean - estimate) ** 2));
  const reach = tQuantile((1 + level) / 2, n - 1) * sd;
  return { estimate: Math.exp(estimate), low: Math.exp(estimate - reach), high: Math.exp(estimate + reach), level, n };
}

/** The arm's level under one weather. */
function levelUnder(
  { wanderSd, trials, scatterSd }: Weather,
  series: readonly TimedRate[],
  logs: readonly number[],
  arm: string,
): { logLikelihood: number; mean: number; variance: number } {
  const n = series.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const own = series[i]!.arm === series[j]!.arm ? LEVEL_SD ** 2 : 0;
      covariance[i * n + j] = own + wanderSd ** 2 * Math.exp(-Math.abs(i - j) / trials);
    }
  const process = fitGaussianProcess(covariance, logs, scatterSd, { isRobust: false });
  const row = Float64Array.from(series, (trial) => (trial.arm === arm ? LEVEL_SD ** 2 : 0));
  const explained = process.explained(row);
  const variance = LEVEL_SD ** 2 - explained.reduce((sum, x) => sum + x * x, 0);
  return { logLikelihood: process.logLikelihood, mean: process.mean(row), variance: Math.max(0, variance) };
}
