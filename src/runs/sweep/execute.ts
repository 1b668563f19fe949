import { candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Plan, Quality, RunResult } from '../../core/run-result.js';
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
import { failedArms, isFailedArm, runPilots } from './pilots.js';
import { planTimes, searchOptions } from './plan-times.js';
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

/** Coarse steps of answer quality: more bits a weight are at least as good, until quality is measured. */
function qualityTier(job: RunJob, backend: string, quant: string): number {
  const measured = job.quality.find((q) => q.backend === backend && q.quant === quant)?.top1Agreement;
  if (measured != null) return Math.round(measured * 50);
  const arm = job.arms.find((a) => a.backend === backend && a.model.quant === quant);
  return arm ? Math.min(8, Math.round((arm.model.bytesPerToken * 8) / arm.model.parameters / 2)) : 0;
}

function designOf(plan: Plan, job: RunJob) {
  const { candidates, defaultCandidate, excluded, references = [] } = plan;
  const space = { candidates, defaultCandidate, excluded, references };
  return toDesignSpace(space, job.arms, (c) => qualityTier(job, c.backend, c.quant));
}

function withoutFailedArms(plan: Plan, pilots: readonly Outcome[]): Plan {
  const failed = failedArms(pilots, plan);
  const bad = new Set(pilots.filter(isFailedArm).map((o) => `${o.candidate.backend} ${o.candidate.quant}`));
  const defaultId = candidateId(plan.defaultCandidate);
  const candidates = plan.candidates.filter((c) => candidateId(c) === defaultId || !bad.has(`${c.backend} ${c.quant}`));
  if (bad.size > 0 && candidates.every((c) => bad.has(`${c.backend} ${c.quant}`)))
    throw new R1Error(
      'NOTHING_VIABLE',
      `Nothing runs here: ${failed.map((f) => `${f.value}: ${f.reason}`).join('; ')}`,
    );
  return { ...plan, candidates, excluded: [...plan.excluded, ...failed] };
}

/** Pilots, times, search, result: everything between a prepared plan and run.json. Stored trials are not run again. */
export async function executeRun(job: RunJob, context: Context): Promise<RunResult> {
  const { folder, machine, arms } = job;
  let { plan } = job;
  let progress = trackProgress(context.emit, { trials: arms.length, ms: 0 });
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
    plan = planTimes(withoutFailedArms(plan, piloted), {
      pilots,
      threadBudget: machine.limits.threadBudget,
      elapsedMs: context.clock.monotonicMs() - job.startedMs,
      sentinels: job.sentinels,
      designOf: (candidate) => designOf(candidate, job),
    });
  folder.writePlan(plan);
  context.emit({ type: 'plan', plan });
  progress = trackProgress(context.emit, { trials: plan.expectedTrials, ms: plan.expectedMs });
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
  context.emit({ type: 'idle' });
  return assembleRun({
    id: folder.id,
    machine,
    plan,
    outcomes: folder.log.outcomes,
    quality: job.quality,
    search: session.result,
  });
}
