import { isModelOf } from '../../core/backends.js';
import { type Candidate, candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Outcome } from '../../core/outcome.js';
import type { Plan, Quality, RunResult } from '../../core/run-result.js';
import type { RunFolder } from '../../store/run-folder.js';
import { assembleRun } from '../../sweeps/results/assemble-run.js';
import { type NeighbourArm, neighbourArms } from '../../sweeps/results/neighbour.js';
import { type Judge, toldResult } from '../../sweeps/results/trial-result.js';
import { concludedSession } from '../../sweeps/search/concluded.js';
import { toDesignSpace } from '../../sweeps/search/design-space.js';
import { openSession, type SearchSession } from '../../sweeps/search/session.js';
import { strategyById } from '../../sweeps/search/strategies/index.js';
import { expectedTrialMs, type Pilot, pilotOf } from '../../sweeps/search/time-plan.js';
import { everyCandidate } from '../../sweeps/space/references.js';
import { markVoided } from '../../sweeps/trials/void-blocks.js';
import type { Context } from '../context.js';
import { listedBlocks } from '../experiment/listed-blocks.js';
import { openPorts } from '../experiment/ports.js';
import { runBlocks, type Source } from '../experiment/run-blocks.js';
import { besideMs, isBesideNeighbour, neighbourReserveMs, neighbourSource } from './neighbour.js';
import { failedArms, isFailedArm, pilotBlocks, unpilotedArms } from './pilots.js';
import { planTimes, REPORT_MS, searchOptions } from './plan-times.js';
import { isOfSearch, isPilot, searchSource } from './search-source.js';

export type RunJob = {
  folder: RunFolder;
  machine: Machine;
  plan: Plan;
  models: readonly ModelFile[];
  quality: readonly Quality[];
  /** False leaves out the sentinel readings. */
  sentinels: boolean;
  /** When the run began, on the monotonic clock: the budget counts from there. */
  startedMs: number;
};

/** Coarse steps of answer quality: more bits a weight are at least as good, until quality is measured. */
type Design = Pick<RunJob, 'machine' | 'models' | 'quality'>;

function qualityTier(job: Design, candidate: Candidate): number {
  const { backend, quant } = candidate;
  const measured = job.quality.find((q) => q.backend === backend && q.quant === quant)?.top1Agreement;
  if (measured != null) return Math.round(measured * 50);
  const model = job.models.find((file) => isModelOf(file, candidate));
  return model ? Math.min(8, Math.round((model.bytesPerToken * 8) / model.parameters / 2)) : 0;
}

/** The space that the search of a plan sees. */
export function designOf(plan: Plan, job: Design) {
  const { candidates, defaultCandidate, excluded, references = [] } = plan;
  const space = { candidates, defaultCandidate, excluded, references };
  return toDesignSpace(space, job.models, job.machine, (candidate) => qualityTier(job, candidate));
}

/** Pilots may take this share of a budget; arms that come too late are left out, and that is said. */
const PILOT_SHARE = 0.3;

function withoutFailedArms(plan: Plan, pilots: readonly Outcome[]): Plan {
  const failed = failedArms(pilots, plan);
  const late = unpilotedArms(pilots, plan);
  const isLate = (c: Candidate): boolean => late.some(({ value }) => value === `${c.backend} ${c.quant}`);
  const bad = new Set(pilots.filter(isFailedArm).map((o) => `${o.candidate.backend} ${o.candidate.quant}`));
  const defaultId = candidateId(plan.defaultCandidate);
  const candidates = plan.candidates.filter(
    (c) => candidateId(c) === defaultId || !(bad.has(`${c.backend} ${c.quant}`) || isLate(c)),
  );
  if (bad.size > 0 && candidates.every((c) => bad.has(`${c.backend} ${c.quant}`)))
    throw new R1Error(
      'NOTHING_VIABLE',
      `Nothing runs here: ${failed.map((f) => `${f.value}: ${f.reason}`).join('; ')}`,
    );
  return { ...plan, candidates, excluded: [...plan.excluded, ...failed, ...late] };
}

/** Trials that show what runs here and how long it takes, while there is time. Those in the log are not run again. */
async function measurePilots(job: RunJob, context: Context): Promise<Outcome[]> {
  const { folder, machine, plan } = job;
  const all = listedBlocks(pilotBlocks(plan, machine));
  const hasTime = (): boolean =>
    plan.budgetMs === null || context.clock.monotonicMs() - job.startedMs < plan.budgetMs * PILOT_SHARE;
  const isEnough = (log: readonly Outcome[]): boolean => plan.expectedTrials > 0 || (log.length > 0 && !hasTime());
  const source: Source = { ...all, next: (log) => (isEnough(log) ? null : all.next(log)) };
  const expected = { trials: source.plannedTrials, ms: 0 };
  await runBlocks(source, openPorts({ machine, log: folder.log, expected }, context));
  return folder.log.outcomes.filter(isPilot);
}

/** The recommendation and its rival beside a busy process, as far as the budget goes. */
async function measureBeside(
  job: RunJob,
  { plan, pilots, arms }: { plan: Plan; pilots: readonly Pilot[]; arms: readonly NeighbourArm[] },
  context: Context,
): Promise<void> {
  const { folder, machine } = job;
  const facts = { pilots, threadBudget: machine.limits.threadBudget };
  const trialMs = Math.max(0, ...arms.map(({ candidate }) => besideMs(plan, candidate, facts)));
  const hasTimeFor = (blocks: number): boolean =>
    plan.budgetMs === null ||
    context.clock.monotonicMs() - job.startedMs + REPORT_MS + blocks * arms.length * trialMs <= plan.budgetMs;
  const source = neighbourSource(plan, arms, hasTimeFor);
  const expected = { trials: source.plannedTrials, ms: source.plannedTrials * trialMs };
  await runBlocks(source, openPorts({ machine, log: folder.log, expected, expectedMs: () => trialMs }, context));
}

function fitted(job: RunJob, outcomes: readonly Outcome[], pilots: readonly Pilot[], { clock }: Context): Plan {
  const { threadBudget } = job.machine.limits;
  const spentMs = clock.monotonicMs() - job.startedMs;
  return planTimes(withoutFailedArms(job.plan, outcomes), {
    pilots,
    threadBudget,
    elapsedMs: spentMs + neighbourReserveMs(job.plan, { pilots, threadBudget }),
    sentinels: job.sentinels,
    designOf: (candidate) => designOf(candidate, job),
  });
}

function openSearch(plan: Plan, job: RunJob, judge: Judge, { emit }: Context): SearchSession {
  const { outcomes } = job.folder.log;
  const history = markVoided(outcomes)
    .filter((o) => isOfSearch(o) && !o.voided)
    .map((o) => toldResult(o, outcomes, judge));
  const space = designOf(plan, job);
  const session = openSession(strategyById(plan.strategy), space, searchOptions(plan), history);
  if (session.strayCount === 0) return session;
  const known = new Set(everyCandidate(plan).map(candidateId));
  const foreign = history.filter(({ id }) => !known.has(id)).length;
  if (foreign > 0)
    throw new R1Error('RUN_INVALID', `${job.folder.path}: ${foreign} stored trials do not belong to its plan.`);
  emit({
    type: 'note',
    text: `Another version of r1-tune asked for ${session.strayCount} of the stored trials: the run ends with what was measured.`,
  });
  return concludedSession(space, history, plan.seed);
}

/** Pilots, times, search, result: everything between a prepared plan and run.json. Stored trials are not run again. */
export async function executeRun(job: RunJob, context: Context): Promise<RunResult> {
  const { folder, machine, sentinels, quality } = job;
  const piloted = await measurePilots(job, context);
  const pilots = piloted.flatMap((outcome) => pilotOf(outcome) ?? []);
  const plan = job.plan.expectedTrials === 0 ? fitted(job, piloted, pilots, context) : job.plan;
  folder.writePlan(plan);
  context.emit({ type: 'plan', plan });
  const qualityOf = ({ candidate }: Outcome): number | null =>
    quality.find((q) => q.backend === candidate.backend && q.quant === candidate.quant)?.top1Agreement ?? null;
  const session = openSearch(plan, job, { plan, qualityOf }, context);
  const ports = openPorts(
    {
      machine,
      log: folder.log,
      sentinels,
      expected: { trials: plan.expectedTrials, ms: plan.expectedMs },
      expectedMs: ({ arm }) => expectedTrialMs(arm.candidate, arm.workload, pilots, machine.limits.threadBudget),
      budget: plan.searchBudget ? { limitMs: plan.searchBudget.limit, counts: isOfSearch } : null,
    },
    context,
  );
  await runBlocks(searchSource(session, { plan, qualityOf }), ports);
  const arms = neighbourArms(session.result, plan, machine.topology.allowed.cores);
  await measureBeside(job, { plan, pilots, arms }, context);
  context.emit({ type: 'idle' });
  const { outcomes: log } = folder.log;
  const beside = { arms, outcomes: log.filter(isBesideNeighbour) };
  const outcomes = log.filter((outcome) => !isBesideNeighbour(outcome));
  return assembleRun({ id: folder.id, machine, plan, outcomes, quality, search: session.result, beside });
}
