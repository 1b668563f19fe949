import { baseCandidate, type Candidate, candidateId } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Exclusion, Plan } from '../../core/run-result.js';
import type { ModelArm } from '../../sweeps/space.js';
import { runOne, type SweepPorts } from '../../sweeps/sweep.js';

/** Streams of a pilot for throughput: what batching brings here decides how long trials take. */
const PILOT_SEQUENCES = 4;

/** Block of the pilots that show that an engine loads a file at all; those of the next one only show what threads bring. */
const ARMS = 0;
const THREADS = 1;

type PilotAsk = { candidate: Candidate; block: number };

/** Fewest threads and a count halfway (on a scale of ratios) to the most: rates in between follow. */
function otherThreads(plan: Plan, { backend, threads }: Candidate): number[] {
  const counts = [...new Set(plan.candidates.filter((c) => c.backend === backend).map((c) => c.threads))];
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const halfway = Math.sqrt(least * most);
  const middle = counts.reduce((best, n) => (Math.abs(n - halfway) < Math.abs(best - halfway) ? n : best), most);
  return [...new Set([least, middle])].filter((n) => n < threads);
}

/** An arm whose every configuration is excluded, as too large for memory for instance, is not loaded to see how it runs. */
const hasCandidate = ({ backend, model }: ModelArm, plan: Plan): boolean =>
  plan.candidates.some((c) => c.backend === backend && c.quant === model.quant);

function pilotAsks(arms: readonly ModelArm[], plan: Plan, machine: Machine): PilotAsk[] {
  const sequences = plan.objective === 'throughput' ? PILOT_SEQUENCES : 1;
  const wanted = arms.filter((arm) => hasCandidate(arm, plan));
  const armAsks = wanted.map(({ backend, model }) => ({
    candidate: { ...baseCandidate(backend, model.quant, machine.limits.threadBudget), sequences },
    block: ARMS,
  }));
  const firsts = armAsks.filter(
    (ask, i) => armAsks.findIndex((a) => a.candidate.backend === ask.candidate.backend) === i,
  );
  const threadAsks = firsts.flatMap(({ candidate }) =>
    otherThreads(plan, candidate).map((threads) => ({ candidate: { ...candidate, threads }, block: THREADS })),
  );
  return [...armAsks, ...threadAsks];
}

/**
 * Short trials before the search: one for each engine and quantization shows that it loads and runs here at all, and how long
 * trials take; a few of each engine show what threads bring. Pilots in the log of a resumed run are not repeated.
 */
export async function runPilots(
  arms: readonly ModelArm[],
  plan: Plan,
  machine: Machine,
  known: readonly Outcome[],
  ports: SweepPorts,
): Promise<Outcome[]> {
  const pilots = known.filter((o) => o.phase === 'calibrate');
  for (const { candidate, block } of pilotAsks(arms, plan, machine)) {
    if (pilots.some((o) => o.candidateId === candidateId(candidate))) continue;
    const trial = {
      candidate,
      workload: plan.workloads.short,
      phase: 'calibrate' as const,
      block,
      position: pilots.length,
      fidelity: 'short' as const,
    };
    pilots.push(await runOne(trial, pilots.length, ports));
  }
  return pilots;
}

/** An engine that cannot run one thread count may run others; one that cannot run at all is no arm. */
export const isFailedArm = (pilot: Outcome): boolean => pilot.block === ARMS && pilot.status !== 'measured';

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
