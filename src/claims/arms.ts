import { type Backend, baseCandidate, type Candidate } from '../core/candidate.js';
import type { Conditions } from '../core/claims.js';
import type { RequestSeries, Workload } from '../core/workload.js';
import type { ClaimFacts, ClaimModel } from './claim.js';
import type { ClaimArm } from './design.js';

/** Nothing added, nobody beside, the file in the page cache: what a sweep measures under. */
export const CALM: Conditions = {
  environment: {},
  competitors: 0,
  group: null,
  pageCache: 'warm',
  swappiness: null,
};

/** Short, so that blocks can be many: the repetition belongs between processes. */
export const shortTrace = (facts: ClaimFacts): Workload => ({
  promptTokens: 32,
  generateTokens: 24,
  contextDepth: 0,
  warmUpPromptTokens: 16,
  warmUpGenerateTokens: 4,
  seed: facts.seed,
});

/** A longer prompt, where prefill is compared too. */
export const phasesTrace = (facts: ClaimFacts): Workload => ({ ...shortTrace(facts), promptTokens: 48 });

/** The series is what is measured; the region after it is as short as it can be. */
export const seriesTrace = (facts: ClaimFacts, series: RequestSeries): Workload => ({
  ...shortTrace(facts),
  promptTokens: 4,
  generateTokens: 4,
  warmUpPromptTokens: 0,
  warmUpGenerateTokens: 0,
  series,
});

/** The smallest file of each backend: what a person would run for speed. */
export function baseModels(facts: ClaimFacts): ClaimModel[] {
  const smallest = new Map<Backend, ClaimModel>();
  for (const own of facts.models) {
    const known = smallest.get(own.backend);
    if (!known || own.model.sizeBytes < known.model.sizeBytes) smallest.set(own.backend, own);
  }
  return [...smallest.values()];
}

export const baseModel = (facts: ClaimFacts): ClaimModel => baseModels(facts)[0]!;

/** One remark for each backend that is not there, so that half a claim is not taken for the whole. */
export function absentBackends(facts: ClaimFacts): string[] {
  const present = new Set(facts.models.map((m) => m.backend));
  if (present.has('fake')) return [];
  return (['llama-cpp', 'onnx'] as const)
    .filter((backend) => !present.has(backend))
    .map((backend) => `${backend} cannot be tested: ${facts.absent[backend] ?? 'the model has no file for it'}.`);
}

export type ArmChanges = {
  candidate?: Partial<Candidate>;
  conditions?: Partial<Conditions>;
  workload?: Workload;
};

/** An arm that differs from the engine on all its threads in exactly what is given. */
export function armOf(name: string, { backend, model }: ClaimModel, facts: ClaimFacts, changes: ArmChanges): ClaimArm {
  const { threadBudget } = facts.machine.limits;
  return {
    name,
    source: model,
    candidate: { ...baseCandidate(backend, model.quant, threadBudget), ...changes.candidate },
    workload: changes.workload ?? shortTrace(facts),
    conditions: { ...CALM, ...changes.conditions },
  };
}
