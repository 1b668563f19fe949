import type { ModelArm } from '../../core/backends.js';
import { baseCandidate, type Candidate, candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { Exclusion } from '../../core/run-result.js';
import type { AskedAxes } from './axes.js';
import { combinations } from './combinations.js';
import { type FeasibilityLimits, whyInfeasible } from './feasibility.js';
import { levelsOf } from './levels.js';
import { ruleOfThumbCandidates } from './references.js';
import { placeReplicas } from './replica-shares.js';
import { engineDefaultThreads, ladderRule } from './thread-ladder.js';

export type SpaceRequest = FeasibilityLimits & {
  machine: Machine;
  /** One for each backend and quantization that can be had; the first is what an untuned person would run. */
  arms: readonly ModelArm[];
  axes: AskedAxes;
};

export type Space = {
  candidates: Candidate[];
  /** What a person gets without tuning. It runs even where a rule forbids it to others: that is its price. */
  defaultCandidate: Candidate;
  excluded: Exclusion[];
  /** What people set by hand, beside the default. */
  references?: Candidate[];
};

function defaultOf({ arms, machine }: SpaceRequest): Candidate {
  const first = arms[0];
  if (!first) throw new R1Error('NOTHING_VIABLE', 'No model file is left to try.');
  return baseCandidate(first.backend, first.model.quant, engineDefaultThreads(machine));
}

/** Legal candidates from Machine × axes × models; whatever is left out carries its reason. */
export function buildSpace(request: SpaceRequest): Space {
  const { machine, arms } = request;
  const excluded: Exclusion[] = [];
  const levels = levelsOf(request.axes, machine, excluded);
  const isOnLadder = request.axes.threads === 'auto' ? ladderRule(machine) : () => true;
  const broken = new Map<string, Exclusion>();
  const found = new Map<string, Candidate>();
  for (const { backend, model } of arms)
    for (const combination of combinations(backend, model.quant, levels)) {
      const candidate = placeReplicas(combination, machine);
      if (!candidate || !isOnLadder(candidate)) continue;
      const why = whyInfeasible(candidate, model, machine, request);
      if (!why) found.set(candidateId(candidate), candidate);
      else {
        const key = JSON.stringify(why);
        broken.set(key, { ...why, configurations: (broken.get(key)?.configurations ?? 0) + 1 });
      }
    }
  const defaultCandidate = defaultOf(request);
  found.set(candidateId(defaultCandidate), defaultCandidate);
  const references = ruleOfThumbCandidates(defaultCandidate, machine);
  return { candidates: [...found.values()], references, defaultCandidate, excluded: [...excluded, ...broken.values()] };
}
