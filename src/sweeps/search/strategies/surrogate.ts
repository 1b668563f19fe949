import { fitHuberRidge, type HuberRidge } from '../../../stats/huber-ridge.js';
import type { DesignSpace, TrialResult } from '../search-space.js';
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

/** Below this the surrogate expects a point to fail or to break a constraint. */
export const VIABLE = 0.5;

export const isViable = (r: TrialResult): boolean => r.value !== null && r.isEligible !== false;

/** Gives a function that fits the space afresh on all short results; null while no trial gave a number. */
export function openSurrogate(space: DesignSpace): (results: readonly TrialResult[]) => Surrogate | null {
  const indexOf = new Map(space.points.map((p, i) => [p.id, i]));
  const count = space.points.length;
  const kernelRow = cachedRows(space);

  /** A fit on results, and the kernel between a point and each of them. */
  function fitOn(results: readonly TrialResult[], read: (r: TrialResult) => number): Fit {
    const at = results.map((r) => indexOf.get(r.id)!);
    const rows = at.map(kernelRow);
    const gram = Float64Array.from(rows.flatMap((row) => at.map((i) => row[i]!)));
    return {
      model: fitHuberRidge(gram, results.map(read)),
      rowOf: (i) => Float64Array.from(rows, (row) => row[i]!),
    };
  }

  return (results) => {
    const measured = results.filter((r) => r.value !== null);
    if (measured.length === 0) return null;
    const speed = fitOn(measured, (r) => Math.log(r.value!));
    const mean = new Float64Array(count);
    const sd = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const row = speed.rowOf(i);
      mean[i] = speed.model.predict(row);
      sd[i] = TRIAL_NOISE * speed.model.uncertainty(row, kernelRow.self(i));
    }
    if (results.every(isViable)) return { mean, sd, viability: new Float64Array(count).fill(1) };
    const viable = fitOn(results, (r) => Number(isViable(r)));
    return { mean, sd, viability: mean.map((_, i) => viable.model.predict(viable.rowOf(i))) };
  };
}

type Fit = { model: HuberRidge; rowOf: (i: number) => Float64Array };

/** The kernel of a point with all others, computed once for each measured point. */
function cachedRows(space: DesignSpace) {
  const kernel = designKernel(space);
  const rows = new Map<number, Float64Array>();
  const rowOf = (at: number): Float64Array => {
    const known = rows.get(at) ?? Float64Array.from(space.points, (_, i) => kernel(at, i));
    rows.set(at, known);
    return known;
  };
  return Object.assign(rowOf, { self: (i: number): number => kernel(i, i) });
}
