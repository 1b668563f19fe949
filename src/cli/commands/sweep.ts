import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { fingerprintDifferences } from '../../core/fingerprint.js';
import type { Machine } from '../../core/machine.js';
import type { Plan } from '../../core/run-result.js';
import { openSysroot, probeMachine } from '../../probes/index.js';
import { homeFolder } from '../../runs/home.js';
import { checkBudget, dryRun } from '../../runs/sweep/dry-run.js';
import { executeRun, type RunJob } from '../../runs/sweep/execute.js';
import { finishRun } from '../../runs/sweep/finish.js';
import { type PlanFlags, preparePlan, readPlanFlags } from '../../runs/sweep/prepare.js';
import { qualityOf, uncheckedQuality } from '../../runs/sweep/quality.js';
import { readQualityText } from '../../runs/sweep/quality-text.js';
import { type StartFlags, startRun } from '../../runs/sweep/start.js';
import { checkRunFolder, createRunFolder, resumeRunFolder, storedPlan } from '../../store/run-folder.js';
import { isStrategy, strategyById } from '../../sweeps/strategies/index.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { dryRunText } from '../sweep/dry-run-text.js';
import { axisOptions, modelOptions, searchOptions } from '../sweep/options.js';
import { summaryText } from '../sweep/summary-text.js';

const builder = (yargs: Argv) =>
  searchOptions(axisOptions(modelOptions(yargs)))
    .example('$0 sweep --budget 5m', 'tune the default synthetic 1.5B in five minutes')
    .example('$0 sweep --model model.gguf --threads 1-8 --allocator glibc,jemalloc', 'two axes of a file of yours');

type Flags = PlanFlags &
  StartFlags & {
    results: string;
    out?: string;
    resume?: string;
    sentinels: boolean;
    quality: boolean;
    qualityText?: string;
    puzzles: number;
    json: boolean;
    quiet?: boolean;
    home?: string;
    dryRun: boolean;
    sysroot?: string;
  };

/** Flags that would silently do nothing. */
function checkQualityFlags({ quality, minQuality, qualityText }: Flags): void {
  const idle = [...(minQuality === undefined ? [] : ['--min-quality']), ...(qualityText ? ['--quality-text'] : [])];
  if (!quality && idle.length > 0)
    throw new R1Error('USAGE', `${idle.join(' and ')} need quality to be measured, which --no-quality leaves out.`, {
      mend: 'Leave out one of them.',
    });
}

async function startJob(flags: Flags, context: CommandContext, startedMs: number): Promise<RunJob> {
  strategyById(flags.strategy);
  checkQualityFlags(flags);
  const text = flags.qualityText === undefined ? null : readQualityText(flags.qualityText);
  checkRunFolder(flags.out ?? null, flags.results);
  await checkBudget(flags, context, homeFolder(context.host));
  const started = await startRun(flags, ['llama-cpp'], context, (machine) => readPlanFlags(flags, machine));
  const { machine, models } = started;
  const plan: Plan = { ...preparePlan(flags, started).plan, sentinels: flags.sentinels };
  const { budgetMs } = plan;
  const job = { threads: machine.limits.threadBudget, puzzles: flags.puzzles, text, machine, budgetMs };
  const quality = flags.quality ? await qualityOf(models, job, context) : [];
  if (flags.minQuality !== undefined)
    for (const arm of uncheckedQuality(quality)) context.console.note(`--min-quality cannot be checked for ${arm}.`);
  const folder = createRunFolder({
    parent: flags.results,
    out: flags.out ?? null,
    label: plan.label,
    time: new Date(context.clock.now()),
  });
  folder.writeMachine(machine);
  folder.writePlan(plan);
  folder.writeQuality(quality);
  return { folder, machine, plan, models, quality, sentinels: flags.sentinels, startedMs };
}

/** Trials of two machines in one run could not be told apart later. */
function checkSameMachine(before: Machine, now: Machine): void {
  const different = fingerprintDifferences(before.fingerprint, now.fingerprint).filter((d) => d.isHard);
  if (different.length === 0) return;
  const list = different.map((d) => `${d.field} ${d.before ?? 'none'} there, ${d.now ?? 'none'} here`).join('; ');
  throw new R1Error('MACHINE_UNFIT', `The run was begun on another machine: ${list}.`, {
    mend: 'Go on with it on that machine, or start a new sweep here.',
  });
}

/** Only a sweep can be gone on with: refused before the folder of anything else is touched. */
function checkIsSweep(path: string): void {
  const { strategy } = storedPlan(path);
  if (isStrategy(strategy)) return;
  throw new R1Error('RUN_INVALID', `${path} is the folder of a ${strategy}, not of a sweep.`, {
    mend: `A ${strategy} is not gone on with: run it again with another --out.`,
  });
}

async function resumeJob(path: string, flags: Flags, context: CommandContext, startedMs: number): Promise<RunJob> {
  checkIsSweep(path);
  const { folder, plan, machine, quality } = resumeRunFolder(path);
  try {
    checkSameMachine(machine, await probeMachine(context.host, { clock: context.clock }));
  } catch (error) {
    folder.close();
    throw error;
  }
  context.console.note(`Going on with ${relative('.', path)}: ${folder.log.outcomes.length} trials are there.`);
  const { models } = plan;
  // A run that began without sentinels goes on without: its trials must be judged alike.
  const sentinels = flags.sentinels && plan.sentinels !== false;
  return { folder, machine, plan, models, quality, sentinels, startedMs };
}

/** The plan alone. A recorded machine can be planned for, and no more. */
async function showDryRun(flags: Flags, context: CommandContext): Promise<void> {
  if (!flags.dryRun)
    throw new R1Error('USAGE', '--sysroot is a recorded machine: nothing can be measured on it.', {
      mend: 'Add --dry-run to see the plan of a sweep there.',
    });
  strategyById(flags.strategy);
  const host = flags.sysroot === undefined ? context.host : openSysroot(flags.sysroot);
  const { plan, machine } = await dryRun(flags, { ...context, host }, homeFolder(context.host));
  context.console.result(flags.json ? JSON.stringify(plan, null, 2) : dryRunText(plan, machine));
}

export const sweepCommand = {
  command: 'sweep',
  describe: 'Find the fastest honest configuration of a model on this machine',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openContext(flags);
    const startedMs = context.clock.monotonicMs();
    if (flags.dryRun || flags.sysroot !== undefined) return showDryRun(flags, context);
    const job = flags.resume
      ? await resumeJob(flags.resume, flags, context, startedMs)
      : await startJob(flags, context, startedMs);
    context.interrupt.setMend(`Go on with: r1-tune sweep --resume ${relative('.', job.folder.path)}`);
    try {
      const run = await executeRun(job, context);
      const profile = await finishRun(job.folder, run, context);
      context.console.result(
        flags.json ? JSON.stringify(profile, null, 2) : summaryText(run, profile, job.folder.path),
      );
    } finally {
      job.folder.close();
    }
  },
};
