import { type Candidate, candidateId } from '../core/candidate.js';
import { type Measurement, OUTCOME_VERSION, type Outcome, type TrialPhase } from '../core/outcome.js';
import type { Clock } from '../core/ports.js';
import type { Plan } from '../core/run-result.js';
import type { SearchSession } from './session.js';
import type { TrialAsk } from './strategy.js';
import { toTrialResult } from './trial-result.js';

/** One trial to measure: everything a launcher must know. */
export type Trial = {
  candidate: Candidate;
  workload: Outcome['workload'];
  phase: TrialPhase;
  block: number;
  position: number;
  fidelity: 'short' | 'full';
};

export type SweepPorts = {
  measure(trial: Trial): Promise<Measurement>;
  /** Must have stored the outcome for good when it returns: only then is the next trial asked for. */
  onOutcome(outcome: Outcome): void;
  onTrialStart(trial: Trial): void;
  clock: Clock;
  signal: AbortSignal;
};

/** Measures one trial and stores its outcome. A trial that the user interrupts is not stored: it did not happen. */
export async function runOne(trial: Trial, number: number, ports: SweepPorts): Promise<Outcome> {
  ports.signal.throwIfAborted();
  ports.onTrialStart(trial);
  const startedAt = new Date(ports.clock.now()).toISOString();
  const start = ports.clock.monotonicMs();
  const measurement = await ports.measure(trial);
  ports.signal.throwIfAborted();
  const outcome: Outcome = {
    ...measurement,
    schemaVersion: OUTCOME_VERSION,
    trial: number,
    candidateId: candidateId(trial.candidate),
    candidate: trial.candidate,
    phase: trial.phase,
    block: trial.block,
    position: trial.position,
    fidelity: trial.fidelity,
    voided: false,
    workload: trial.workload,
    startedAt,
    wallMs: ports.clock.monotonicMs() - start,
  };
  ports.onOutcome(outcome);
  return outcome;
}

const toTrial = (ask: TrialAsk, position: number, plan: Plan, candidates: ReadonlyMap<string, Candidate>): Trial => ({
  candidate: candidates.get(ask.id)!,
  workload: plan.workloads[ask.fidelity],
  phase: ask.phase,
  block: ask.block,
  position,
  fidelity: ask.fidelity,
});

/** The one loop: ask, measure, store, tell, until the search is over. `nextNumber` counts trials over the whole run. */
export async function runSearch(
  session: SearchSession,
  plan: Plan,
  options: { nextNumber: number; qualityOf: (outcome: Outcome) => number | null },
  ports: SweepPorts,
): Promise<void> {
  const candidates = new Map(plan.candidates.map((candidate) => [candidateId(candidate), candidate]));
  let number = options.nextNumber;
  for (let batch = session.ask(); batch.length > 0; batch = session.ask()) {
    for (const [position, ask] of batch.entries()) {
      const outcome = await runOne(toTrial(ask, position, plan, candidates), number++, ports);
      session.tell(toTrialResult(outcome, plan, options.qualityOf));
    }
  }
}
