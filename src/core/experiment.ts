import type { Candidate } from './candidate.js';
import type { Conditions } from './claims.js';
import type { ModelFile } from './model.js';
import type { Outcome, TrialPhase } from './outcome.js';
import type { Workload } from './workload.js';

/** What is measured: one configuration of one model file under one workload. The engine is that of the candidate. */
export type Arm = {
  /** Unique in its block, and the same over all blocks of an experiment. The id of the candidate where that alone tells arms apart. */
  name: string;
  model: ModelFile;
  candidate: Candidate;
  workload: Workload;
  fidelity: Outcome['fidelity'];
  /** Context of each sequence, tokens. */
  contextTokens: number;
  /** What surrounds the engine; the usual calm when left out. */
  conditions?: Conditions;
  /** Every trial loads a copy of the file that is made for it. */
  freshCopy?: boolean;
  /** Trial child of another install; the default is this one's. */
  entry?: string;
  /** Injected slow-down, a share of each decode step: for testing the gate. */
  slowdown?: number;
};

/** One trial to measure: an arm in its place. `isLast`: no other of its block comes after it. */
export type Trial = { arm: Arm; phase: TrialPhase; block: number; position: number; isLast: boolean };

/** Arms that are compared with each other, in the order to run them, one trial each. (phase, number) names it for good. */
export type Block = {
  phase: TrialPhase;
  number: number;
  arms: readonly Arm[];
  /** Time that must be left over when the block is run again, ms, from the mean time of its trials. */
  reserveMs?: (trialMs: number) => number;
};
