import { type Cholesky, cholesky, choleskySolve, forwardSolve } from './cholesky.js';
import { MAD_TO_SD, median } from './sample.js';

/**
 * Ridge regression in its dual form, so that thousands of penalised columns cost nothing: a column with penalty p adds
 * x·x′/p to the kernel. Huber weights (iterated) keep a trial that lost its time slice from bending the fit.
 */
export type HuberRidge = {
  /** Robust scale of the residuals. */
  residualSd: number;
  /** Prediction from the kernel values between the new point and every observation. */
  predict(kernelRow: Float64Array): number;
  /** Standard deviation of that prediction in units of the noise; `self` is the kernel of the point with itself. */
  uncertainty(kernelRow: Float64Array, self: number): number;
};

const ITERATIONS = 4;
const HUBER_K = 1.5;
/** Keeps the weights sane when the model fits nearly exactly. */
const SCALE_FLOOR = 0.01;

/** `kernel`: row-major n × n between the observations; `values`: n numbers. The mean level is taken out by the median. */
export function fitHuberRidge(kernel: Float64Array, values: readonly number[]): HuberRidge {
  const n = values.length;
  const level = median(values);
  const centred = values.map((v) => v - level);
  let weights: number[] = new Array(n).fill(1);
  let factor: Cholesky = { size: 0, lower: new Float64Array() };
  let dual: Float64Array = new Float64Array(n);
  let scale = SCALE_FLOOR;
  for (let round = 0; round < ITERATIONS; round++) {
    const system = Float64Array.from(kernel);
    for (let i = 0; i < n; i++) system[i * n + i]! += 1 / weights[i]!;
    factor = cholesky(system, n);
    dual = choleskySolve(factor, centred);
    // In the dual, residual i is alpha_i over its weight.
    const residuals = Array.from(dual, (alpha, i) => Math.abs(alpha / weights[i]!));
    scale = MAD_TO_SD * median(residuals) + SCALE_FLOOR;
    if (round < ITERATIONS - 1) weights = residuals.map((r) => Math.min(1, (HUBER_K * scale) / Math.max(r, 1e-9)));
  }
  return {
    residualSd: scale,
    predict: (row) => level + dot(dual, row),
    uncertainty(row, self) {
      const half = forwardSolve(factor, row);
      return Math.sqrt(Math.max(0, self - dot(half, half)));
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
