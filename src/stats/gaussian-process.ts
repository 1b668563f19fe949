import { type Cholesky, cholesky, choleskySolve, forwardSolve } from './cholesky.js';
import { MAD_TO_SD, median } from './sample.js';

/**
 * Gaussian-process regression with Huber weights, so that a trial that lost its time slice bends nothing. All variances are
 * those of the values' own unit squared (Rasmussen and Williams, Gaussian Processes for Machine Learning, algorithm 2.1).
 */
export type GaussianProcess = {
  /** Log marginal likelihood, up to a constant of the number of values. */
  logLikelihood: number;
  /** Mean at a point, from its covariances with every observation. */
  mean(row: Float64Array): number;
  /** What the observations explain of the covariance of two points is the product of their two explained vectors. */
  explained(row: Float64Array): Float64Array;
};

const ITERATIONS = 3;
const HUBER_K = 1.5;

/** `covariance`: row-major n × n between the observations, without noise. The mean level is taken out by the median. */
export function fitGaussianProcess(
  covariance: Float64Array,
  values: readonly number[],
  noiseSd: number,
  { isRobust = true } = {},
): GaussianProcess {
  const n = values.length;
  const level = median(values);
  const centred = values.map((value) => value - level);
  let weights: number[] = new Array(n).fill(1);
  let factor: Cholesky = { size: 0, lower: new Float64Array() };
  let dual: Float64Array = new Float64Array(n);
  for (let round = 0; round < ITERATIONS; round++) {
    const system = covariance.slice();
    for (let i = 0; i < n; i++) system[i * n + i]! += noiseSd ** 2 / weights[i]!;
    factor = cholesky(system, n);
    dual = choleskySolve(factor, centred);
    if (!isRobust || round === ITERATIONS - 1) break;
    const residuals = Array.from(dual, (alpha, i) => Math.abs((alpha * noiseSd ** 2) / weights[i]!));
    const scale = Math.max(noiseSd / 2, MAD_TO_SD * median(residuals));
    weights = residuals.map((r) => Math.min(1, (HUBER_K * scale) / Math.max(r, 1e-9)));
  }
  return {
    logLikelihood: -dot(dual, centred) / 2 - logDeterminant(factor) / 2,
    mean: (row) => level + dot(dual, row),
    explained: (row) => forwardSolve(factor, row),
  };
}

function logDeterminant({ size, lower }: Cholesky): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += 2 * Math.log(lower[i * size + i]!);
  return sum;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
