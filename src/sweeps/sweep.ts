import { type Candidate, candidateId } from '../core/candidate.js';
import { type Measurement, OUTCOME_VERSION, type Outcome, type TrialPhase } from '../core/outcome.js';
import type { Clock } from '../core/ports.js';
import type { Plan } from '../core/run-result.js';
import { everyCandidate } from './references.js';
import type { TrialAsk, TrialResult } from './search-space.js';
import type { SearchSession } from './session.js';
import { toTrialResult } from './trial-result.js';
import { costMs, countedInBlock, hasTimeToRepeat, markVoided } from './void-blocks.js';
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

export type SearchRun = {
  session: SearchSession;
  plan: Plan;
  /** Trials of this run so far, those of an earlier, interrupted process included. */
  outcomes: () => readonly Outcome[];
  qualityOf: (outcome: Outcome) => number | null;
};

/** Phases in which a disturbed block is repeated as a whole; screening is only a hint and goes on. */
const REPEATED = new Set<TrialPhase>(['race', 'confirm']);

/** Trials planned, and trials spent on repeats. */
type RepeatBudget = { planned: number; repeated: number };

/**
 * Measures what is left of a block, and all of it once more when the machine, not the workload, disturbed any of it.
 * Returns the results that count, those of an earlier process included.
 */
async function runBlock(
  asks: readonly TrialAsk[],
  run: SearchRun,
  budget: RepeatBudget,
  ports: SweepPorts,
): Promise<Outcome[]> {
  const candidates = new Map(everyCandidate(run.plan).map((candidate) => [candidateId(candidate), candidate]));
  const { phase, block, fidelity } = asks[0]!;
  const measureAll = async (wanted: readonly TrialAsk[], firstPosition: number): Promise<Outcome[]> => {
    const results: Outcome[] = [];
    for (const [i, ask] of wanted.entries())
      results.push(await runOne(toTrial(ask, firstPosition + i, run.plan, candidates), run.outcomes().length, ports));
    return results;
  };
  const earlier = countedInBlock(run.outcomes(), { phase, block });
  let results = [...earlier, ...(await measureAll(asks, earlier.length))];
  const again = results.map((o): TrialAsk => ({ phase, block, id: o.candidateId, fidelity }));
  for (;;) {
    const reasons = voidReasons(results.map(signalsOf), run.outcomes().map(signalsOf));
    const isAllowed = REPEATED.has(phase) && mayRepeat(budget.planned, budget.repeated + again.length - 1);
    if (reasons.length === 0 || !isAllowed || !hasTimeToRepeat(run.plan, results, run.outcomes())) return results;
    budget.repeated += again.length;
    ports.onVoid(phase, block, reasons);
    results = await measureAll(again, 0);
  }
}

/** A stored trial as the search is told it: its cost is that of all runs of it. */
export const toldResult = (outcome: Outcome, run: Omit<SearchRun, 'session'>): TrialResult => ({
  ...toTrialResult(outcome, run.plan, run.qualityOf),
  cost: costMs(outcome, run.outcomes()),
});

/** The one loop: ask, measure, store, tell, until the search is over. */
export async function runSearch(run: SearchRun, plannedTrials: number, ports: SweepPorts): Promise<void> {
  const repeated = markVoided(run.outcomes()).filter((o) => o.voided).length;
  const budget = { planned: plannedTrials, repeated };
  for (let asks = run.session.ask(); asks.length > 0; asks = run.session.ask()) {
    const results = await runBlock(asks, run, budget, ports);
    for (const outcome of results) run.session.tell(toldResult(outcome, run));
  }
}
