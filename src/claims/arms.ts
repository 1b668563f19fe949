import { backendOf } from '../core/backend-of.js';
import { BACKENDS, type Backend, defaultBackends } from '../core/backends.js';
import { baseCandidate, type Candidate } from '../core/candidate.js';
import { CALM, type Conditions } from '../core/claims.js';
import type { Arm } from '../core/experiment.js';
import type { ModelFile } from '../core/model.js';
import type { RequestSeries, Workload } from '../core/workload.js';
import type { ClaimFacts } from './claim.js';

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
export function baseModels(facts: ClaimFacts): ModelFile[] {
  const smallest = new Map<Backend, ModelFile>();
  for (const own of facts.models) {
    const known = smallest.get(backendOf(own));
    if (!known || own.sizeBytes < known.sizeBytes) smallest.set(backendOf(own), own);
  }
  return [...smallest.values()];
}

export const baseModel = (facts: ClaimFacts): ModelFile => baseModels(facts)[0]!;

/** One remark for each backend that is not there, so that half a claim is not taken for the whole. */
export function absentBackends(facts: ClaimFacts): string[] {
  const present = new Set(facts.models.map(backendOf));
  if ([...present].some((backend) => !BACKENDS[backend].isReal)) return [];
  return defaultBackends('claims')
    .filter((backend) => !present.has(backend))
    .map((backend) => `${backend} cannot be tested: ${facts.absent[backend] ?? 'the model has no file for it'}.`);
}

/** llama.cpp rounds contexts up to this. */
const CONTEXT_STEP = 256;

/** Room for the longest trace of a sequence, tokens. */
export function contextOf({ promptTokens, generateTokens, contextDepth, series }: Workload): number {
  const request = series ? series.sharedPrefixTokens + series.promptTokens.most + series.generateTokens.most : 0;
  const longest = Math.max(contextDepth + promptTokens + generateTokens, request);
  return Math.ceil((longest + 16) / CONTEXT_STEP) * CONTEXT_STEP;
}

export type ArmChanges = {
  candidate?: Partial<Candidate>;
  conditions?: Partial<Conditions>;
  workload?: Workload;
};

/** An arm that differs from the engine on all its threads in exactly what is given. */
export function armOf(name: string, model: ModelFile, facts: ClaimFacts, changes: ArmChanges): Arm {
  const { threadBudget } = facts.machine.limits;
  const workload = changes.workload ?? shortTrace(facts);
  return {
    name,
    model,
    candidate: { ...baseCandidate(backendOf(model), model.quant, threadBudget), ...changes.candidate },
    workload,
    fidelity: 'short',
    contextTokens: contextOf(workload),
    conditions: { ...CALM, ...changes.conditions },
  };
}
