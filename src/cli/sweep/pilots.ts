import { baseCandidate, candidateId } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Exclusion, Plan } from '../../core/run-result.js';
import type { ModelArm } from '../../sweeps/space.js';
import { runOne, type SweepPorts } from '../../sweeps/sweep.js';

/**
 * One short trial for each engine and quantization before the search: shows that it loads and runs here at all, and how
 * long trials take. Pilots already in the log of a resumed run are not repeated.
 */
export async function runPilots(
  arms: readonly ModelArm[],
  plan: Plan,
  machine: Machine,
  known: readonly Outcome[],
  ports: SweepPorts,
): Promise<Outcome[]> {
  const pilots = known.filter((o) => o.phase === 'calibrate');
  for (const { backend, model } of arms) {
    const candidate = baseCandidate(backend, model.quant, machine.limits.threadBudget);
    if (pilots.some((o) => o.candidateId === candidateId(candidate))) continue;
    const trial = {
      candidate,
      workload: plan.workloads.short,
      phase: 'calibrate' as const,
      block: 0,
      position: pilots.length,
      fidelity: 'short' as const,
    };
    pilots.push(await runOne(trial, pilots.length, ports));
  }
  return pilots;
}

/** Engines and quantizations whose pilot failed, each with its reason: their configurations are not tried. */
export function failedArms(pilots: readonly Outcome[], plan: Plan): Exclusion[] {
  return pilots
    .filter((o) => o.status !== 'measured')
    .map(({ candidate, status, reason }) => ({
      axis: 'backend and quantization',
      value: `${candidate.backend} ${candidate.quant}`,
      reason: `the first trial ended as ${status}: ${reason}`,
      configurations: plan.candidates.filter((c) => c.backend === candidate.backend && c.quant === candidate.quant)
        .length,
    }));
}
