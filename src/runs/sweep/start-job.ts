import { relative } from 'node:path';
import { defaultBackends } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import { fingerprintDifferences } from '../../core/fingerprint.js';
import type { Machine } from '../../core/machine.js';
import type { Plan } from '../../core/run-result.js';
import { probeMachine } from '../../probes/index.js';
import { checkRunFolder, createRunFolder, resumeRunFolder, storedPlan } from '../../store/run-folder.js';
import { isStrategy, strategyById } from '../../sweeps/search/strategies/index.js';
import type { Context } from '../context.js';
import { homeFolder } from '../home.js';
import { checkBudget } from './dry-run.js';
import type { RunJob } from './execute.js';
import { type PlanFlags, preparePlan, readPlanFlags } from './prepare.js';
import { qualityOf, uncheckedQuality } from './quality.js';
import { readQualityText } from './quality-text.js';
import { type StartFlags, startRun } from './start.js';

/** What a sweep is asked, in the texts of its flags. */
export type SweepRequest = PlanFlags &
  StartFlags & {
    results: string;
    out?: string | undefined;
    /** Folder of an interrupted sweep to go on with; the rest of the request is then that of its plan. */
    resume?: string | undefined;
    sentinels: boolean;
    quality: boolean;
    qualityText?: string | undefined;
    puzzles: number;
  };

/** SweepRequest that would silently do nothing. */
function checkQualityFlags({ quality, minQuality, qualityText }: SweepRequest): void {
  const idle = [...(minQuality === undefined ? [] : ['--min-quality']), ...(qualityText ? ['--quality-text'] : [])];
  if (!quality && idle.length > 0)
    throw new R1Error('USAGE', `${idle.join(' and ')} need quality to be measured, which --no-quality leaves out.`, {
      fix: 'Leave out one of them.',
    });
}

export async function startJob(request: SweepRequest, context: Context, startedMs: number): Promise<RunJob> {
  strategyById(request.strategy);
  checkQualityFlags(request);
  const text = request.qualityText === undefined ? null : readQualityText(request.qualityText);
  checkRunFolder(request.out ?? null, request.results);
  await checkBudget(request, context, homeFolder(context.host));
  const started = await startRun(request, defaultBackends('sweep'), context, (machine) =>
    readPlanFlags(request, machine),
  );
  const { machine, models, arms } = started;
  const plan: Plan = { ...preparePlan(request, started).plan, sentinels: request.sentinels };
  const { budgetMs } = plan;
  const job = { threads: machine.limits.threadBudget, puzzles: request.puzzles, text, machine, budgetMs };
  const quality = request.quality ? await qualityOf(arms, job, context) : [];
  if (request.minQuality !== undefined)
    for (const arm of uncheckedQuality(quality))
      context.emit({ type: 'note', text: `--min-quality cannot be checked for ${arm}.` });
  const folder = createRunFolder({
    parent: request.results,
    out: request.out ?? null,
    label: plan.label,
    time: new Date(context.clock.now()),
  });
  folder.writeMachine(machine);
  folder.writePlan(plan);
  folder.writeQuality(quality);
  return { folder, machine, plan, models, quality, sentinels: request.sentinels, startedMs };
}

/** Trials of two machines in one run could not be told apart later. */
function checkSameMachine(before: Machine, now: Machine): void {
  const different = fingerprintDifferences(before.fingerprint, now.fingerprint).filter((d) => d.isHard);
  if (different.length === 0) return;
  const list = different.map((d) => `${d.field} ${d.before ?? 'none'} there, ${d.now ?? 'none'} here`).join('; ');
  throw new R1Error('MACHINE_UNFIT', `The run was begun on another machine: ${list}.`, {
    fix: 'Go on with it on that machine, or start a new sweep here.',
  });
}

/** Only a sweep can be gone on with: refused before the folder of anything else is touched. */
function checkIsSweep(path: string): void {
  const { strategy } = storedPlan(path);
  if (isStrategy(strategy)) return;
  throw new R1Error('RUN_INVALID', `${path} is the folder of a ${strategy}, not of a sweep.`, {
    fix: `A ${strategy} is not gone on with: run it again with another --out.`,
  });
}

export async function resumeJob(
  path: string,
  request: SweepRequest,
  context: Context,
  startedMs: number,
): Promise<RunJob> {
  checkIsSweep(path);
  const { folder, plan, machine, quality } = resumeRunFolder(path);
  try {
    checkSameMachine(machine, await probeMachine(context.host, { clock: context.clock }));
  } catch (error) {
    folder.close();
    throw error;
  }
  const { length } = folder.log.outcomes;
  context.emit({ type: 'note', text: `Going on with ${relative('.', path)}: ${length} trials are there.` });
  const { models } = plan;
  // A run that began without sentinels goes on without: its trials must be judged alike.
  const sentinels = request.sentinels && plan.sentinels !== false;
  return { folder, machine, plan, models, quality, sentinels, startedMs };
}
