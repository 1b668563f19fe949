import { gaussian, type Random } from '../../core/random.js';
import { cholesky } from '../../stats/cholesky.js';
import { dot, fitGaussianProcess, type GaussianProcess } from '../../stats/gaussian-process.js';
import { mean } from '../../stats/sample.js';
import type { DesignSpace, TrialResult } from './search-space.js';
import { designKernel } from './strategies/design-kernel.js';

/** What all trials together, short and full, say about the true speed of every point: log units throughout. */
export type Posterior = {
  /** Means by index of the point. */
  mean: Float64Array;
  /** Standard deviation of one point's error. */
  sd(index: number): number;
  /** Draws of the speeds of some points, jointly: what is not known about one is often not known about its neighbours. */
  draws(indexes: readonly number[], random: Random): () => number[];
  /** Scatter of a single full trial. */
  noiseSd: number;
};

/** The design kernel is in units of this noise. */
const KERNEL_UNIT = 0.04 ** 2;
/** Speed of a point that no knob explains; how wrong short trials are about a point; what trials of one block share. */
const RUGGED = 0.012 ** 2;
const SHORT_BIAS = 0.015 ** 2;
const BLOCK = 0.05 ** 2;
/** Candidates for the noise of a trial: the likeliest is taken. */
const NOISES = [0.015, 0.025, 0.04, 0.065, 0.1, 0.16, 0.25];

type Observation = { at: number; log: number; isShort: boolean; block: string };

/** Gives a function that fits the space on results; null while none of them is a number. */
export function openPosterior(space: DesignSpace): (results: readonly TrialResult[]) => Posterior | null {
  const indexOf = new Map(space.points.map((point, index) => [point.id, index]));
  const kernel = designKernel(space);
  const rows = new Map<number, Float64Array>();
  /** The kernel with all points, kept for those that were measured: everything else is about them. */
  const remember = (at: number): void => {
    if (!rows.has(at))
      rows.set(
        at,
        Float64Array.from(space.points, (_, i) => kernel(at, i) * KERNEL_UNIT),
      );
  };
  const truth = (a: number, b: number): number =>
    (rows.get(a)?.[b] ?? rows.get(b)?.[a] ?? kernel(a, b) * KERNEL_UNIT) + (a === b ? RUGGED : 0);
  let noises: readonly number[] = NOISES;
  return (results) => {
    const observed = results.flatMap((r): Observation[] => {
      const at = indexOf.get(r.id);
      if (r.value === null || at === undefined) return [];
      remember(at);
      const isShort = r.phase === 'screen' || r.phase === 'refine';
      return [{ at, log: Math.log(r.value), isShort, block: `${r.phase}/${r.block}` }];
    });
    if (observed.length === 0) return null;
    const { process, noiseSd } = likeliest(observed, truth, noises);
    // More trials move it by a step at most.
    const at = NOISES.indexOf(noiseSd);
    noises = NOISES.slice(Math.max(0, at - 1), at + 2);
    return posteriorOf(process, noiseSd, observed, space.points.length, truth);
  };
}

function covarianceOf(observed: readonly Observation[], truth: (a: number, b: number) => number): Float64Array {
  const n = observed.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const [a, b] = [observed[i]!, observed[j]!];
      const biased = a.at === b.at && a.isShort && b.isShort ? SHORT_BIAS : 0;
      const value = truth(a.at, b.at) + biased + (a.block === b.block ? BLOCK : 0);
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  return covariance;
}

function likeliest(
  observed: readonly Observation[],
  truth: (a: number, b: number) => number,
  noises: readonly number[],
): { process: GaussianProcess; noiseSd: number } {
  const covariance = covarianceOf(observed, truth);
  const logs = observed.map(({ log }) => log);
  return noises
    .map((noiseSd) => ({ process: fitGaussianProcess(covariance, logs, noiseSd), noiseSd }))
    .reduce((best, one) => (one.process.logLikelihood > best.process.logLikelihood ? one : best));
}

function posteriorOf(
  process: GaussianProcess,
  noiseSd: number,
  observed: readonly Observation[],
  count: number,
  truth: (a: number, b: number) => number,
): Posterior {
  const rowOf = (index: number): Float64Array => {
    const row = new Float64Array(observed.length);
    for (let k = 0; k < row.length; k++) row[k] = truth(observed[k]!.at, index);
    return row;
  };
  const explained = new Map<number, Float64Array>();
  const explainedOf = (index: number): Float64Array => {
    const known = explained.get(index) ?? process.explained(rowOf(index));
    explained.set(index, known);
    return known;
  };
  const left = (a: number, b: number): number => truth(a, b) - dot(explainedOf(a), explainedOf(b));
  const means = Float64Array.from({ length: count }, (_, index) => process.mean(rowOf(index)));
  return {
    mean: means,
    noiseSd,
    sd: (index) => Math.sqrt(Math.max(0, left(index, index))),
    draws(indexes, random) {
      const m = indexes.length;
      const covariance = Float64Array.from({ length: m * m }, (_, k) => {
        const [a, b] = [Math.floor(k / m), k % m];
        return left(indexes[a]!, indexes[b]!) + (a === b ? 1e-8 : 0);
      });
      const { lower } = cholesky(covariance, m);
      return () => {
        const normal = indexes.map(() => gaussian(random));
        return indexes.map((index, a) => means[index]! + dot(lower.subarray(a * m, a * m + a + 1), normal));
      };
    },
  };
}

/** Points looked at closely: the best by their mean plus so many standard deviations. */
const POOL = 40;
const HOPE = 0.7;

/** Those of the given points that may be the best, most hopeful first. */
export function hopeful(posterior: Posterior, indexes: readonly number[]): number[] {
  const { mean, sd } = posterior;
  const byMean = [...indexes].sort((a, b) => mean[b]! - mean[a]!).slice(0, 3 * POOL);
  const hope = new Map(byMean.map((i) => [i, mean[i]! + HOPE * sd(i)]));
  return byMean.sort((a, b) => hope.get(b)! - hope.get(a)!).slice(0, POOL);
}

const REGRET_DRAWS = 400;

/** How far `chosen` lies behind the best of a pool that holds it, log units, one draw each. */
function regrets(posterior: Posterior, pool: readonly number[], chosen: number, random: Random): number[] {
  const draw = posterior.draws(pool, random);
  const at = pool.indexOf(chosen);
  return Array.from({ length: REGRET_DRAWS }, () => {
    const speeds = draw();
    return Math.max(...speeds) - speeds[at]!;
  });
}

/** The mean of it. */
export const expectedRegret = (posterior: Posterior, pool: readonly number[], chosen: number, random: Random): number =>
  mean(regrets(posterior, pool, chosen, random));

/** The probability that `chosen` is at most `zone` (a share) slower than the best of all the given points. */
export function probabilityWithin(
  zone: number,
  posterior: Posterior,
  indexes: readonly number[],
  chosen: number,
  random: Random,
): number {
  const pool = [...new Set([chosen, ...hopeful(posterior, indexes)])];
  const limit = -Math.log1p(-zone);
  return regrets(posterior, pool, chosen, random).filter((regret) => regret <= limit).length / REGRET_DRAWS;
}
