import { type EngineLevel, type ModelArm, modelArms } from '../../core/backends.js';
import { baseCandidate, type Candidate } from '../../core/candidate.js';
import type { Block } from '../../core/experiment.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Exclusion, Plan } from '../../core/run-result.js';
import { planArm } from './plan-arms.js';

/** Streams of a pilot for throughput: what batching brings here decides how long trials take. */
const PILOT_SEQUENCES = 4;

/** Block of the pilots that show that an engine loads a file at all; those of the next one only show what threads bring. */
const ARMS = 0;
const THREADS = 1;

/** Fewest threads and a count halfway (on a scale of ratios) to the most: rates in between follow. */
function otherThreads(plan: Plan, { backend, threads }: Candidate): number[] {
  const counts = [...new Set(plan.candidates.filter((c) => c.backend === backend).map((c) => c.threads))];
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const halfway = Math.sqrt(least * most);
  const middle = counts.reduce((best, n) => (Math.abs(n - halfway) < Math.abs(best - halfway) ? n : best), most);
  return [...new Set([least, middle])].filter((n) => n < threads);
}

const isOfArm =
  ({ backend, model }: ModelArm) =>
  (one: EngineLevel): boolean =>
    one.backend === backend && one.quant === model.quant;

/** Files on engines of which at least one configuration is left. */
const wantedArms = (plan: Plan): ModelArm[] =>
  modelArms(plan.models, plan.candidates).filter((arm) => plan.candidates.some(isOfArm(arm)));

/**
 * Short trials before the search: one for each engine and quantization shows that it loads and runs here at all, and how long
 * trials take; a few of each engine show what threads bring. A file whose every configuration is excluded, as too large for
 * memory for instance, is not loaded to see how it runs.
 */
export function pilotBlocks(plan: Plan, machine: Machine): Block[] {
  const sequences = plan.objective === 'throughput' ? PILOT_SEQUENCES : 1;
  const wanted = wantedArms(plan);
  // The default first: when time runs short its pilot is there.
  const isDefault = (arm: ModelArm): boolean => isOfArm(arm)(plan.defaultCandidate);
  const ordered = [...wanted.filter(isDefault), ...wanted.filter((arm) => !isDefault(arm))];
  const firsts = ordered.map(({ backend, model }) => ({
    ...baseCandidate(backend, model.quant, machine.limits.threadBudget),
    sequences,
  }));
  const ofEngines = firsts.filter(({ backend }, i) => firsts.findIndex((other) => other.backend === backend) === i);
  const more = ofEngines.flatMap((candidate) =>
    otherThreads(plan, candidate).map((threads) => ({ ...candidate, threads })),
  );
  // One trial a block, so that time can run out between any two.
  const block = (number: number, candidates: readonly Candidate[]): Block[] =>
    candidates.map((candidate) => ({ phase: 'calibrate', number, arms: [planArm(plan, candidate, 'short')] }));
  return [...block(ARMS, firsts), ...block(THREADS, more)];
}

/** An engine that cannot run one thread count may run others; one that cannot run at all is no arm. */
export const isFailedArm = (pilot: Outcome): boolean => pilot.block === ARMS && pilot.status !== 'measured';

/** Engines and quantizations for whose pilot the budget left no time: nothing is known of their trials, so none are run. */
export const unpilotedArms = (pilots: readonly Outcome[], plan: Plan): Exclusion[] =>
  wantedArms(plan)
    .filter((arm) => !pilots.some(({ candidate }) => isOfArm(arm)(candidate)))
    .map((arm) => ({
      axis: 'budget',
      value: `${arm.backend} ${arm.model.quant}`,
      reason: 'the budget leaves no time for a first trial of it',
      configurations: plan.candidates.filter(isOfArm(arm)).length,
    }));

/** Engines and quantizations whose pilot failed, each with its reason: their configurations are not tried. */
export function failedArms(pilots: readonly Outcome[], plan: Plan): Exclusion[] {
  return pilots.filter(isFailedArm).map(({ candidate, status, reason }) => ({
    axis: 'backend and quantization',
    value: `${candidate.backend} ${candidate.quant}`,
    reason: `the first trial ended as ${status}: ${reason}`,
    configurations: plan.candidates.filter((c) => c.backend === candidate.backend && c.quant === candidate.quant)
      .length,
  }));
}
