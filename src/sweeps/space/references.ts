import { baseCandidate, type Candidate, candidateId } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Plan } from '../../core/run-result.js';

/** What people set by hand: as many threads as physical cores, or as logical CPUs. Those that differ from the default. */
export function ruleOfThumbCandidates(standard: Candidate, machine: Machine): Candidate[] {
  const { cores, cpus } = machine.topology.allowed;
  const counts = [...new Set([cores, cpus.length])].filter((n) => n >= 1 && n <= machine.limits.threadCeiling);
  return counts
    .map((threads) => baseCandidate(standard.backend, standard.quant, threads))
    .filter((candidate) => candidateId(candidate) !== candidateId(standard));
}

/** Everything that a run may measure: its candidates, and what is measured beside the choice only. */
export function everyCandidate(plan: Pick<Plan, 'candidates' | 'references'>): Candidate[] {
  const all = [...plan.candidates, ...(plan.references ?? [])];
  return [...new Map(all.map((candidate) => [candidateId(candidate), candidate])).values()];
}
