import { isModelOf } from '../../core/backends.js';
import { type Candidate, candidateId } from '../../core/candidate.js';
import type { Arm } from '../../core/experiment.js';
import type { Plan } from '../../core/run-result.js';
import { everyCandidate } from '../../sweeps/space/references.js';

/** A configuration of a plan as an arm: its model file, and the workload of its fidelity. */
export const planArm = (plan: Plan, candidate: Candidate, fidelity: Arm['fidelity']): Arm => ({
  name: candidateId(candidate),
  model: plan.models.find((model) => isModelOf(model, candidate))!,
  candidate,
  workload: plan.workloads[fidelity],
  fidelity,
  contextTokens: plan.contextTokens,
});

/** Every configuration that a run may measure, by its id. */
export function planArms(plan: Plan): (id: string, fidelity: Arm['fidelity']) => Arm {
  const candidates = new Map(everyCandidate(plan).map((candidate) => [candidateId(candidate), candidate]));
  return (id, fidelity) => planArm(plan, candidates.get(id)!, fidelity);
}
