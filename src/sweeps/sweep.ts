import { type Candidate, candidateId } from '../core/candidate.js';
import { type Measurement, OUTCOME_VERSION, type Outcome, type TrialPhase } from '../core/outcome.js';
import type { Clock } from '../core/ports.js';
import type { Plan } from '../core/run-result.js';
import type { SearchSession } from './session.js';
import type { TrialAsk } from './strategy.js';
import { toTrialResult } from './trial-result.js';
import { mayRepeat, signalsOf, voidReasons } from './void-pairs.js';

/** One trial to measure: everything a launcher must know. */
export type Trial = {
  candidate: Candidate;
  workload: Outcome['workload'];
  phase: TrialPhase;
  block: number;
  position: number;
  fidelity: 'short' | 'full';
  /** Which arm of an experiment, where two arms share one configuration. */
  arm?: string;
};

export type SweepPorts = {
  measure(trial: Trial): Promise<Measurement>;
  /** Must have stored the outcome for good when it returns: only then is the next trial asked for. */
  onOutcome(outcome: Outcome): void;
  onTrialStart(trial: Trial): void;
  /** A block is run again because something outside the workload disturbed it. */
  onVoid(phase: TrialPhase, block: number, reasons: readonly string[]): void;
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
    ...(trial.arm === undefined ? {} : { arm: trial.arm }),
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

const trialKey = (o: Outcome): string => `${o.phase}/${o.block}/${o.arm ?? o.candidateId}`;

/** A trial counts unless its whole block was run again: then the last one counts, and the earlier are marked. */
export function markVoided(outcomes: readonly Outcome[]): Outcome[] {
  const last = new Map(outcomes.map((outcome) => [trialKey(outcome), outcome.trial]));
  return outcomes.map((outcome) =>
    last.get(trialKey(outcome)) === outcome.trial ? outcome : { ...outcome, voided: true },
  );
}

export type SearchRun = {
  session: SearchSession;
  plan: Plan;
  /** Trials of this run so far, those of an earlier, interrupted process included. */
  outcomes: () => readonly Outcome[];
  qualityOf: (outcome: Outcome) => number | null;
};

/** Phases in which a disturbed block is repeated as a whole; screening is only a hint and goes on. */
const REPEATED = new Set<TrialPhase>(['race', 'confirm']);

/** Runs a batch once more when the machine, not the workload, disturbed it. Returns the results that count. */
async function runBatch(
  batch: readonly TrialAsk[],
  run: SearchRun,
  budget: { planned: number; repeats: number },
  ports: SweepPorts,
): Promise<Outcome[]> {
  const candidates = new Map(run.plan.candidates.map((candidate) => [candidateId(candidate), candidate]));
  const once = async (): Promise<Outcome[]> => {
    const results: Outcome[] = [];
    for (const [position, ask] of batch.entries())
      results.push(await runOne(toTrial(ask, position, run.plan, candidates), run.outcomes().length, ports));
    return results;
  };
  let results = await once();
  for (;;) {
    const reasons = voidReasons(results.map(signalsOf), run.outcomes().map(signalsOf));
    if (reasons.length === 0 || !REPEATED.has(batch[0]!.phase) || !mayRepeat(budget.planned, budget.repeats))
      return results;
    budget.repeats++;
    ports.onVoid(batch[0]!.phase, batch[0]!.block, reasons);
    results = await once();
  }
}

/** The one loop: ask, measure, store, tell, until the search is over. */
export async function runSearch(run: SearchRun, plannedBlocks: number, ports: SweepPorts): Promise<void> {
  const budget = { planned: plannedBlocks, repeats: 0 };
  for (let batch = run.session.ask(); batch.length > 0; batch = run.session.ask()) {
    const results = await runBatch(batch, run, budget, ports);
    for (const outcome of results) run.session.tell(toTrialResult(outcome, run.plan, run.qualityOf));
  }
}
