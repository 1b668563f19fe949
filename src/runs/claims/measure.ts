import type { ClaimArm } from '../../claims/design.js';
import type { Conditions } from '../../core/claims.js';
import type { Machine } from '../../core/machine.js';
import type { Measurement } from '../../core/outcome.js';
import type { Clock, Host } from '../../core/ports.js';
import type { Workload } from '../../core/workload.js';
import { runTrial } from '../../runners/launch.js';
import type { Trial } from '../../sweeps/sweep.js';
import { environmentOf, watchWithSentinels } from '../sweep/measure.js';
import type { GroupPlace } from './conditions/cpu-group.js';
import { underConditions } from './conditions/under-conditions.js';
import { barrier, mergeReplicas } from './replicas.js';

export type ClaimMeasureSettings = {
  host: Host;
  clock: Clock;
  machine: Machine;
  signal: AbortSignal;
  groupPlace: GroupPlace | string;
  /** The arm of a trial, by its name `claim/arm`. */
  armOf: (trial: Trial) => ClaimArm;
  deadlineMs: (trial: Trial) => number;
};

/** Variables that the claims are about must not come from the person's shell. */
const CLAIMED_VARIABLES = /^(OMP_|KMP_|GOMP_)/;
/** llama.cpp rounds contexts up to this. */
const CONTEXT_STEP = 256;

/** Room for the longest trace of a sequence, tokens. */
export function contextOf({ promptTokens, generateTokens, contextDepth, series }: Workload): number {
  const request = series ? series.sharedPrefixTokens + series.promptTokens.most + series.generateTokens.most : 0;
  const longest = Math.max(contextDepth + promptTokens + generateTokens, request);
  return Math.ceil((longest + 16) / CONTEXT_STEP) * CONTEXT_STEP;
}

/** What the engine's environment holds: the shell's, without the variables that claims are about, and those of the arm. */
export function claimEnvironment(
  shell: Readonly<Record<string, string>>,
  conditions: Pick<Conditions, 'environment'>,
): Record<string, string> {
  const kept = Object.entries(shell).filter(([name]) => !CLAIMED_VARIABLES.test(name));
  return { ...Object.fromEntries(kept), ...conditions.environment };
}

/** The measure function of claims: one trial in fresh processes, under the conditions of its arm. */
export function createClaimMeasure(settings: ClaimMeasureSettings): (trial: Trial) => Promise<Measurement> {
  const shell = environmentOf(settings.host);
  // Outside the conditions: a sentinel that saw the competitor would call every such trial disturbed.
  const watch = watchWithSentinels(settings);
  return (trial) => watch(() => runArm(settings.armOf(trial), shell, trial, settings));
}

async function runArm(
  { source, candidate, workload, conditions }: ClaimArm,
  shell: Record<string, string>,
  trial: Trial,
  settings: ClaimMeasureSettings,
): Promise<Measurement> {
  const request = {
    candidate,
    model: source,
    workload,
    contextTokens: contextOf(workload),
    slowdown: 0,
    prefault: conditions.pageCache === 'warm',
  };
  const env = claimEnvironment(shell, conditions);
  const deadlineMs = settings.deadlineMs(trial);
  return underConditions(conditions, source, settings.groupPlace, async (prepare) => {
    const start = barrier(candidate.replicas);
    const beforeMeasuring = async (effective: { pid: number }): Promise<void> => {
      await prepare(effective.pid);
      await start.arrive();
    };
    const one = async (): Promise<Measurement> => {
      const measurement = await runTrial(request, { env, deadlineMs, signal: settings.signal, beforeMeasuring });
      start.open();
      return measurement;
    };
    return mergeReplicas(await Promise.all(Array.from({ length: candidate.replicas }, one)));
  });
}
