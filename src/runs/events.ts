import type { Trial } from '../core/experiment.js';
import type { Outcome } from '../core/outcome.js';
import type { Plan } from '../core/run-result.js';

/** What a run tells while it goes on, in the order it happens. A terminal shows it as one line that moves; an API user may ignore it. */
export type RunEvent =
  /** Work before the first trial: making a model file, reading memory bandwidth, measuring quality. `share` from 0 to 1 where known. */
  | { type: 'step'; what: string; share: number | null }
  /** What the search is about to do, once it has been fitted to the budget. */
  | { type: 'plan'; plan: Plan }
  | { type: 'claims-plan'; claims: number; testable: number; neededMs: number; leftMs: number }
  /** A trial begins: so many are done, and so many are still expected, with the time they are expected to take. */
  | { type: 'trial'; trial: Trial; done: number; left: number; leftMs: number }
  /** A trial of a claim begins; `leftMs` is what is left of the budget. */
  | { type: 'claim-trial'; arm: string; block: number; leftMs: number }
  /** A pair of a gate is done: what the rule says so far, and at how many pairs it looks next. */
  | { type: 'pairs'; done: number; nextLook: number; verdict: string; reason: string }
  /** The machine disturbed a block, which is run again. */
  | { type: 'repeat'; phase: Outcome['phase']; block: number; reasons: readonly string[] }
  /** The folder that keeps the run, once it is there: an interrupted run goes on from it. */
  | { type: 'folder'; path: string }
  /** A remark that a reader of the result should know. */
  | { type: 'note'; text: string }
  /** A fault in r1-tune itself that did not end the run. */
  | { type: 'fault'; error: unknown }
  /** The work that `step` and `trial` told of is over. */
  | { type: 'idle' };

export type Emit = (event: RunEvent) => void;
