import { candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Plan, Quality, RunResult } from '../../core/run-result.js';
import { formatDuration } from '../../core/units.js';
import type { Workload } from '../../core/workload.js';
import type { RunFolder } from '../../store/run-folder.js';
import { assembleRun } from '../../sweeps/assemble-run.js';
import { toDesignSpace } from '../../sweeps/design-space.js';
import { openSession } from '../../sweeps/session.js';
import type { ModelArm } from '../../sweeps/space.js';
import { strategyById } from '../../sweeps/strategies/index.js';
import { runSearch, type Trial, toldResult } from '../../sweeps/sweep.js';
import { deadlineMs, expectedTrialMs, type Pilot, pilotOf } from '../../sweeps/time-plan.js';
import { markVoided } from '../../sweeps/void-blocks.js';
import type { Context } from '../context.js';
import { failedArms, runPilots } from './pilots.js';
import { FIRST_DEADLINE_MS, openPorts } from './ports.js';
import { trackProgress } from './progress.js';

export type RunJob = {
  folder: RunFolder;
  machine: Machine;
  plan: Plan;
  arms: readonly ModelArm[];
  quality: readonly Quality[];
  /** False leaves out the sentinel readings. */
  sentinels: boolean;
  /** When the run began, on the monotonic clock: the budget counts from there. */
  startedMs: number;
};

/** Kept back from the budget for writing the report. */
const REPORT_MS = 8_000;
/** Sentinel readings around a full trial. */
const SENTINEL_MS = 700;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** The full trial at a fraction of its length; what is compared stays the same for all. */
function shortened(workload: Workload, share: number): Workload {
  const { streams } = workload;
  return {
    ...workload,
    promptTokens: Math.max(32, Math.round(workload.promptTokens * share)),
    generateTokens: Math.max(24, Math.round(workload.generateTokens * share)),
    ...(streams && {
      streams: { ...streams, generateTokens: Math.max(24, Math.round(streams.generateTokens * share)) },
    }),
  };
}

/** Lengths of the full trial to try when a budget is short: fewer tokens a trial before fewer trials. */
const LENGTHS = [1, 0.5, 0.25] as const;

/** Plan with times: how long trials take, what the search may spend, what to expect. */
export function planTimes(job: RunJob, pilots: readonly Pilot[], elapsedMs: number): Plan {
  let failure: unknown;
  for (const share of LENGTHS) {
    const { short, full } = job.plan.workloads;
    const workloads = { short, full: share === 1 ? full : shortened(full, share) };
    try {
      return timed({ ...job.plan, workloads }, job, pilots, elapsedMs);
    } catch (error) {
      if (!(error instanceof R1Error) || error.code !== 'USAGE') throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Throws USAGE when the budget is too short for any search that can be trusted. */
function timed(plan: Plan, job: RunJob, pilots: readonly Pilot[], elapsedMs: number): Plan {
  const cost = (fidelity: 'short' | 'full'): number =>
    mean(
      plan.candidates.map((c) => expectedTrialMs(c, plan.workloads[fidelity], pilots, job.machine.limits.threadBudget)),
    );
  const [shortCost, fullCost] = [cost('short'), cost('full') + SENTINEL_MS];
  const searchBudget =
    plan.budgetMs === null ? null : { limit: plan.budgetMs - elapsedMs - REPORT_MS, shortCost, fullCost };
  const budgeted = { ...plan, searchBudget };
  const forecast = strategyById(plan.strategy).forecast(designOf(budgeted, job), searchOptions(budgeted));
  return {
    ...budgeted,
    trialDeadlineMs: deadlineMs(Math.max(shortCost, fullCost)),
    expectedTrials: forecast.short + forecast.full,
    expectedMs: forecast.short * shortCost + forecast.full * fullCost,
  };
}

const searchOptions = (plan: Plan) => ({
  seed: plan.seed,
  effort: plan.effort,
  ...(plan.searchBudget ? { budget: plan.searchBudget } : {}),
});

/** Coarse steps of answer quality: more bits a weight are at least as good, until quality is measured. */
function qualityTier(job: RunJob, backend: string, quant: string): number {
  const measured = job.quality.find((q) => q.backend === backend && q.quant === quant)?.top1Agreement;
  if (measured != null) return Math.round(measured * 50);
  const arm = job.arms.find((a) => a.backend === backend && a.model.quant === quant);
  return arm ? Math.min(8, Math.round((arm.model.bytesPerToken * 8) / arm.model.parameters / 2)) : 0;
}

function designOf(plan: Plan, job: RunJob) {
  const space = { candidates: plan.candidates, defaultCandidate: plan.defaultCandidate, excluded: plan.excluded };
  return toDesignSpace(space, job.arms, (c) => qualityTier(job, c.backend, c.quant));
}

function withoutFailedArms(plan: Plan, pilots: readonly Outcome[]): Plan {
  const failed = failedArms(pilots, plan);
  const bad = new Set(
    pilots.filter((o) => o.status !== 'measured').map((o) => `${o.candidate.backend} ${o.candidate.quant}`),
  );
  const defaultId = candidateId(plan.defaultCandidate);
  const candidates = plan.candidates.filter((c) => candidateId(c) === defaultId || !bad.has(`${c.backend} ${c.quant}`));
  if (bad.size > 0 && candidates.every((c) => bad.has(`${c.backend} ${c.quant}`)))
    throw new R1Error(
      'NOTHING_VIABLE',
      `Nothing runs here: ${failed.map((f) => `${f.value}: ${f.reason}`).join('; ')}`,
    );
  return { ...plan, candidates, excluded: [...plan.excluded, ...failed] };
}

function announce(context: Context, plan: Plan): void {
  const budget = plan.budgetMs === null ? '' : ` within a budget of ${formatDuration(plan.budgetMs)}`;
  context.console.note(
    `${plan.candidates.length} configurations, ${plan.strategy} search: about ${plan.expectedTrials} trials and ${formatDuration(plan.expectedMs)}${budget}.`,
  );
}

/** Pilots, times, search, result: everything between a prepared plan and run.json. Stored trials are not run again. */
export async function executeRun(job: RunJob, context: Context): Promise<RunResult> {
  const { folder, machine, arms } = job;
  let { plan } = job;
  let progress = trackProgress(context.console, { trials: arms.length, ms: 0 });
  let pilots: Pilot[] = [];
  const deadline = (trial: Trial): number =>
    trial.phase === 'calibrate'
      ? FIRST_DEADLINE_MS
      : deadlineMs(expectedTrialMs(trial.candidate, trial.workload, pilots, machine.limits.threadBudget));
  const ports = openPorts(context, folder, () => progress, {
    machine,
    arms,
    contextTokens: plan.contextTokens,
    sentinels: job.sentinels,
    deadlineMs: deadline,
  });
  const known = [...folder.log.outcomes];
  const piloted = await runPilots(arms, plan, machine, known, ports);
  pilots = piloted.flatMap((outcome) => pilotOf(outcome) ?? []);
  const isFresh = plan.expectedTrials === 0;
  if (isFresh)
    plan = planTimes(
      { ...job, plan: withoutFailedArms(plan, piloted) },
      pilots,
      context.clock.monotonicMs() - job.startedMs,
    );
  folder.writePlan(plan);
  announce(context, plan);
  progress = trackProgress(context.console, { trials: plan.expectedTrials, ms: plan.expectedMs });
  const qualityOf = (outcome: Outcome): number | null =>
    job.quality.find((q) => q.backend === outcome.candidate.backend && q.quant === outcome.candidate.quant)
      ?.top1Agreement ?? null;
  const search = { plan, qualityOf, outcomes: () => folder.log.outcomes };
  const history = markVoided(known)
    .filter((o) => o.phase !== 'calibrate' && !o.voided)
    .map((o) => toldResult(o, search));
  const session = openSession(strategyById(plan.strategy), designOf(plan, job), searchOptions(plan), history);
  if (session.strayCount > 0)
    throw new R1Error('RUN_INVALID', `${folder.path}: ${session.strayCount} stored trials do not belong to its plan.`);
  await runSearch({ ...search, session }, plan.expectedTrials, ports);
  context.console.endProgress();
  return assembleRun({
    id: folder.id,
    machine,
    plan,
    outcomes: folder.log.outcomes,
    quality: job.quality,
    search: session.result,
  });
}
