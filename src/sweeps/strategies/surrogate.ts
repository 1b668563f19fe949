import { fitHuberRidge } from '../stats/huber-ridge.js';
import type { DesignSpace, TrialResult } from '../strategy.js';
import { designKernel } from './design-kernel.js';

/** What the short trials so far say about every point of the space. */
export type Surrogate = {
  /** Log of the objective by index of the point. */
  mean: Float64Array;
  /** Uncertainty of `mean` in log units. */
  sd: Float64Array;
  /** About the chance that the point runs and keeps the constraints; 1 everywhere while nothing has failed. */
  viability: Float64Array;
};

/** Noise of a single short trial assumed for the bonus of unseen points (log units). */
const TRIAL_NOISE = 0.04;

/** Fits the space afresh on all short results. Null while no trial gave a number. */
export function openSurrogate(space: DesignSpace): (results: readonly TrialResult[]) => Surrogate | null {
  const kernel = designKernel(space);
  const indexOf = new Map(space.points.map((p, i) => [p.id, i]));
  const count = space.points.length;

  const predictor = (at: readonly number[], values: readonly number[]) => {
    const n = at.length;
    const gram = new Float64Array(n * n);
    for (let r = 0; r < n; r++) for (let c = 0; c <= r; c++) gram[r * n + c] = gram[c * n + r] = kernel(at[r]!, at[c]!);
    const fit = fitHuberRidge(gram, values);
    const row = (i: number): Float64Array => Float64Array.from(at, (other) => kernel(i, other));
    return { fit, row };
  };

  return (results) => {
    const measured = results.filter((r) => r.value !== null);
    if (measured.length === 0) return null;
    const at = measured.map((r) => indexOf.get(r.id)!);
    const speed = predictor(
      at,
      measured.map((r) => Math.log(r.value!)),
    );
    const mean = new Float64Array(count);
    const sd = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const row = speed.row(i);
      mean[i] = speed.fit.predict(row);
      sd[i] = TRIAL_NOISE * speed.fit.uncertainty(row, kernel(i, i));
    }
    return { mean, sd, viability: viability(results) };
  };

  function viability(results: readonly TrialResult[]): Float64Array {
    const isViable = (r: TrialResult): boolean => r.value !== null && r.isEligible !== false;
    if (results.every(isViable)) return new Float64Array(count).fill(1);
    const { fit, row } = predictor(
      results.map((r) => indexOf.get(r.id)!),
      results.map((r) => Number(isViable(r))),
    );
    return Float64Array.from({ length: count }, (_, i) => fit.predict(row(i)));
  }
}
