import { defaultBackends, filesOfArms, type ModelArm } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import { reachableTokensPerSecond, weightsPerToken } from '../../core/roofline.js';
import type { Plan } from '../../core/run-result.js';
import { formatDuration } from '../../core/units.js';
import { expectedModel } from '../../models/resolve/expected.js';
import { probeMachine } from '../../probes/index.js';
import type { Pilot } from '../../sweeps/search/time-plan.js';
import type { Context } from '../context.js';
import { parseBackends } from './asked-axes.js';
import { designOf } from './execute.js';
import { planTimes, REPORT_MS } from './plan-times.js';
import { type PlanFlags, preparePlan } from './prepare.js';
import type { StartFlags } from './start.js';

/** Bandwidth of machines that do not say what their memory can do: two channels of DDR4-2666, less what is never reached. */
const USUAL_BYTES_PER_SECOND = 25e9;
/** Shares of what memory modules and roofline promise that are usually reached, and operations a second of one thread. */
const REACHED = 0.6;
const OPERATIONS_PER_THREAD = 4e10;
/** Start of a process, and reading a file of which the page cache holds all. */
const START_MS = 1200;
const LOAD_BYTES_PER_SECOND = 2e9;
/** Probing, memory bandwidth and the first trials. */
const PREPARING_MS = 15_000;

/** What a pilot would find, guessed from the shape of the model and the memory of the machine. */
function guessedPilot({ backend, model }: ModelArm, machine: Machine): Pilot {
  const threads = machine.limits.threadBudget;
  const known = machine.bandwidth?.maxBytesPerSecond ?? null;
  const modules = machine.memory.theoreticalBytesPerSecond.value;
  const bytesPerSecond = known ?? (modules === null ? USUAL_BYTES_PER_SECOND : modules * REACHED);
  return {
    ...{ backend, quant: model.quant, threads, batchExponent: 0.3 },
    fixedMs: START_MS + (model.sizeBytes / LOAD_BYTES_PER_SECOND) * 1000,
    decodeTokensPerSecond: REACHED * reachableTokensPerSecond(bytesPerSecond, model.bytesPerToken),
    prefillTokensPerSecond: (threads * OPERATIONS_PER_THREAD) / (2 * weightsPerToken(model.geometry)),
  };
}

/** How far a guess may be off before what it says is impossible may be possible all the same. */
const DOUBT = 2;

/**
 * Refuses a budget that cannot hold one comparison of this model here, before any file is made. Throws USAGE with the budget
 * that would do. What cannot be guessed at is not refused.
 */
export async function checkBudget(flags: DryFlags, context: Context, home: string): Promise<void> {
  if (flags.budget === undefined || flags.backend?.includes('fake')) return;
  const { plan } = await dryRun(flags, context, home).catch(() => ({ plan: null }));
  if (plan?.shortfall?.worth !== 'rates') return;
  const leastMs = PREPARING_MS + REPORT_MS + plan.expectedMs;
  if (leastMs / DOUBT <= plan.budgetMs!) return;
  throw new R1Error('USAGE', `--budget ${flags.budget} cannot hold one comparison of ${plan.modelId} here.`, {
    fix: `Give at least ${formatDuration(leastMs)}; a search that can be trusted takes about ${formatDuration(plan.shortfall.neededMs)}.`,
  });
}

type DryFlags = PlanFlags & StartFlags & { sentinels: boolean };

/** The plan of a sweep on this or a recorded machine, with guessed times. Makes and loads no model, measures nothing. */
export async function dryRun(
  flags: DryFlags,
  context: Context,
  home: string,
): Promise<{ plan: Plan; machine: Machine }> {
  const machine = await probeMachine(context.host, { clock: context.clock });
  const quants = flags.quant?.flatMap((text) => text.split(',')).filter((text) => text !== 'auto');
  const backends = parseBackends(flags.backend, defaultBackends('sweep'));
  const model = await expectedModel(flags.model, { home, backends, quants: quants?.length ? quants : undefined });
  const { plan } = preparePlan(flags, {
    ...{ machine, modelId: model.id, arms: model.files, excluded: [], calibrations: [] },
    ...{ command: process.argv.slice(2), createdAt: new Date(context.clock.now()).toISOString() },
  });
  const timed = planTimes(plan, {
    pilots: model.files.map((one) => guessedPilot(one, machine)),
    threadBudget: machine.limits.threadBudget,
    elapsedMs: PREPARING_MS,
    sentinels: flags.sentinels,
    designOf: (candidate) => designOf(candidate, { machine, models: filesOfArms(model.files), quality: [] }),
  });
  return { plan: timed, machine };
}
