import { CALM } from '../../core/claims.js';
import type { Trial } from '../../core/experiment.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Measurement } from '../../core/outcome.js';
import { runDeployment } from '../../runners/launch-replicas.js';
import { deadlineMs } from '../../sweeps/search/time-plan.js';
import type { Context } from '../context.js';
import { COMPARED } from './compared.js';
import { findGroupPlace } from './conditions/cpu-group.js';
import { underConditions } from './conditions/under-conditions.js';
import { environmentOf } from './environment.js';
import { onFreshCopy } from './fresh-copy.js';
import { watchWithSentinels } from './watch.js';

export type MeasureSettings = {
  machine: Machine;
  /** How long a trial is expected to take, ms; null where nothing is known yet. */
  expectedMs?: (trial: Trial) => number | null;
  /** False leaves out the sentinel readings around trials. */
  sentinels?: boolean;
};

/** A trial of which nothing is known yet: generous, so that a slow disk is not taken for a hang. */
const FIRST_DEADLINE_MS = 15 * 60_000;

/** The measure function of every experiment: one trial in fresh processes, one for each replica, under the conditions of its arm. */
export function createMeasure(
  { machine, expectedMs = () => null, sentinels = true }: MeasureSettings,
  { host, clock, signal }: Pick<Context, 'host' | 'clock' | 'signal'>,
): (trial: Trial) => Promise<Measurement> {
  const env = environmentOf(host);
  // Outside the conditions: a sentinel that saw the competitors would call every such trial disturbed.
  const watch = watchWithSentinels(machine, clock, signal);
  const launch = (trial: Trial, model: ModelFile): Promise<Measurement> => {
    const { candidate, workload, contextTokens, slowdown = 0, entry, conditions = CALM } = trial.arm;
    const prefault = conditions.pageCache === 'warm';
    const request = { candidate, model, workload, contextTokens, slowdown, prefault };
    const options = { env, environment: conditions.environment, signal, ...(entry ? { entry } : {}) };
    const expected = expectedMs(trial);
    return underConditions(
      conditions,
      model,
      () => findGroupPlace(host),
      (prepare) =>
        runDeployment(request, {
          ...options,
          deadlineMs: expected === null ? FIRST_DEADLINE_MS : deadlineMs(expected),
          ...(prepare ? { beforeMeasuring: ({ pid }) => prepare(pid) } : {}),
        }),
    );
  };
  const onItsFile = (trial: Trial): Promise<Measurement> => {
    const { model, freshCopy } = trial.arm;
    return freshCopy ? onFreshCopy(model, (copy) => launch(trial, copy)) : launch(trial, model);
  };
  return (trial) => (sentinels && COMPARED.has(trial.phase) ? watch(trial, () => onItsFile(trial)) : onItsFile(trial));
}
