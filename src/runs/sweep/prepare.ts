import { BACKENDS, filesOfArms, type ModelArm } from '../../core/backends.js';
import type { Calibration } from '../../core/calibration.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Environment } from '../../core/neighbour.js';
import { type Exclusion, type Plan, RUN_VERSION } from '../../core/run-result.js';
import { parseBytes, parseDurationMs } from '../../core/units.js';
import { axisValues } from '../../sweeps/search/design-space.js';
import { concurrencyAxes } from '../../sweeps/space/concurrency.js';
import { buildSpace, type Space } from '../../sweeps/space/space.js';
import { drawSeed } from '../draw-seed.js';
import { engineVersions, gitCommit } from '../versions.js';
import { type AxisFlags, askedAxes } from './asked-axes.js';
import { withWarmUp } from './calibrated.js';
import { neighbourPlan } from './neighbour.js';
import { contextFor, parseRequest, workloadsFor } from './workloads.js';

export type PlanFlags = AxisFlags & {
  context?: number | undefined;
  seed?: number | undefined;
  label?: string | undefined;
  objective: Plan['objective'];
  request: string;
  maxTtft?: string | undefined;
  maxRss?: string | undefined;
  minQuality?: number | undefined;
  effort: Plan['effort'];
  strategy: string;
  budget?: string | undefined;
  /** Left out: shared. */
  environment?: Environment | undefined;
  /** Measure the recommendation beside a busy process; left out: where an engine computes. */
  neighbour?: boolean | undefined;
};

/** A server for reasoning models needs room for long thoughts; the KV cache of this context is part of the measured memory. */
const DEFAULT_CONTEXT = 4096;

const longestContext = (flags: PlanFlags, models: readonly ModelFile[]): number =>
  Math.min(flags.context ?? Number.POSITIVE_INFINITY, ...models.map((model) => model.contextLength));

function contextTokens(flags: PlanFlags, workloads: Plan['workloads'], models: readonly ModelFile[]): number {
  return Math.min(flags.context ?? Math.max(DEFAULT_CONTEXT, contextFor(workloads)), longestContext(flags, models));
}

/** Below this a trace says nothing about speed. */
const LEAST_CONTEXT = 128;

/** Small contexts (tiny models, or asked for) get a trace that fits. */
function fitWorkloads(workloads: Plan['workloads'], longest: number): Plan['workloads'] {
  if (longest < LEAST_CONTEXT)
    throw new R1Error(
      'USAGE',
      `--context: ${longest} tokens are too few to measure; expected ${LEAST_CONTEXT} or more.`,
    );
  const room = longest - 16;
  const shorten = (w: Plan['workloads']['full']) => {
    const generateTokens = Math.min(w.generateTokens, Math.floor(room / 2));
    return { ...w, generateTokens, promptTokens: Math.min(w.promptTokens, room - generateTokens) };
  };
  return { short: shorten(workloads.short), full: shorten(workloads.full) };
}

/** Probing, one pilot, one comparison and the report take this long on the fastest machine there is. */
const LEAST_BUDGET_MS = 15_000;

/** Throws USAGE for a budget that cannot hold a single comparison anywhere, before any work. */
function readBudget(text: string): number {
  const budgetMs = parseDurationMs(text);
  if (budgetMs >= LEAST_BUDGET_MS) return budgetMs;
  throw new R1Error('USAGE', `--budget ${text} cannot hold a single comparison.`, {
    fix: `Give at least ${LEAST_BUDGET_MS / 1000}s; a search that can be trusted takes some minutes.`,
  });
}

/** What of the flags can be wrong whatever the models are. Throws USAGE: before gigabytes are written for them. */
export function readPlanFlags(flags: PlanFlags, machine: Machine) {
  const constraints: Plan['constraints'] = {
    maxTtftMs: flags.maxTtft === undefined ? null : parseDurationMs(flags.maxTtft),
    maxRssBytes: flags.maxRss === undefined ? null : parseBytes(flags.maxRss),
    minQuality: flags.minQuality ?? null,
  };
  const asked = askedAxes(flags, machine);
  return {
    axes: flags.objective === 'throughput' ? concurrencyAxes(asked, machine) : asked,
    constraints,
    budgetMs: flags.budget === undefined ? null : readBudget(flags.budget),
    request: parseRequest(flags.request),
  };
}

export type Prepared = { plan: Plan; space: Space };

/** Flags, machine and models → everything decided before the first trial. Measures nothing; throws USAGE for bad flags. */
export function preparePlan(
  flags: PlanFlags,
  facts: {
    machine: Machine;
    modelId: string;
    arms: readonly ModelArm[];
    excluded: Exclusion[];
    command: string[];
    createdAt: string;
    calibrations: readonly Calibration[];
  },
): Prepared {
  const { machine, arms } = facts;
  const models = filesOfArms(arms);
  const workloads = fitWorkloads(
    withWarmUp(workloadsFor(flags.effort, flags.seed, flags.objective), facts.calibrations),
    longestContext(flags, models),
  );
  const context = contextTokens(flags, workloads, models);
  const { axes, constraints, budgetMs, request } = readPlanFlags(flags, machine);
  const space = buildSpace({ machine, arms, axes, contextTokens: context, maxRssBytes: constraints.maxRssBytes });
  const plan: Plan = {
    schemaVersion: RUN_VERSION,
    kind: 'r1-tune/plan',
    label:
      flags.label ??
      facts.modelId
        .split(/[:/]/)
        .at(-1)!
        .replace(/\.gguf$/, ''),
    createdAt: facts.createdAt,
    command: facts.command,
    seed: flags.seed ?? drawSeed(),
    versions: engineVersions(),
    gitCommit: gitCommit(),
    strategy: flags.strategy,
    effort: flags.effort,
    budgetMs,
    objective: flags.objective,
    request,
    constraints,
    workloads,
    axes: axisValues(space.candidates),
    defaultCandidate: space.defaultCandidate,
    candidates: space.candidates,
    ...(space.references?.length ? { references: space.references } : {}),
    ...((flags.neighbour ?? space.candidates.some(({ backend }) => BACKENDS[backend].isReal))
      ? { neighbour: neighbourPlan(flags.effort, flags.environment ?? 'shared') }
      : {}),
    modelId: facts.modelId,
    contextTokens: context,
    models,
    excluded: [...facts.excluded, ...space.excluded],
    searchBudget: null,
    trialDeadlineMs: 0,
    expectedTrials: 0,
    expectedMs: 0,
  };
  return { plan, space };
}
