import type { DesignSpace, Fidelity, TrialResult } from '../../../src/sweeps/search/search-space.js';

/** A machine to replay a search on: the true speed of every point, and noise that arrives in the order of the trials. */
export type World = {
  space: DesignSpace;
  /** Log of the true objective by id. */
  truth: ReadonlyMap<string, number>;
  open(seed: number): Environment;
};

export type Measured = Pick<TrialResult, 'value' | 'cpuSecondsPerToken' | 'peakRssBytes'>;

export type Environment = {
  /** One trial: its value (null when the point fails) and what the tie-breaks look at. */
  run(id: string, fidelity: Fidelity): Measured;
  readonly trials: number;
};

export const bestTruth = (world: World): number => Math.max(...world.truth.values());

/** How much slower than the best point this one truly is, a share. */
export const regret = (world: World, id: string): number => -Math.expm1(world.truth.get(id)! - bestTruth(world));
