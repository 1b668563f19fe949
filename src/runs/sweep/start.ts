import { type Backend, filesOfArms, type ModelArm } from '../../core/backends.js';
import type { Calibration } from '../../core/calibration.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Exclusion } from '../../core/run-result.js';
import { measureBandwidth } from '../../probes/bandwidth/measure.js';
import { probeMachine } from '../../probes/index.js';
import type { Context } from '../context.js';
import { installedOf, requireEngine } from '../engines/present.js';
import { parseBackends } from './asked-axes.js';
import { calibrationsOf } from './calibrated.js';
import { resolveModels } from './resolve-models.js';

export type StartFlags = {
  model?: string | undefined;
  backend?: string[] | undefined;
  quant?: string[] | undefined;
  bandwidth?: boolean | undefined;
};

export type Started = {
  machine: Machine;
  modelId: string;
  arms: ModelArm[];
  /** The files of the arms, each once. */
  models: ModelFile[];
  excluded: Exclusion[];
  command: string[];
  createdAt: string;
  /** What `r1-tune calibrate` found for these models here; empty when it was never run. */
  calibrations: Calibration[];
};

/** Memory bandwidth, or null with a remark where it cannot be measured: a sweep can do without. */
async function bandwidthOf(machine: Machine, context: Context): Promise<Machine['bandwidth']> {
  context.emit({ type: 'step', what: 'Measuring memory bandwidth', share: null });
  try {
    return await measureBandwidth(context.host, machine, { clock: context.clock, signal: context.signal });
  } catch (error) {
    if (!(error instanceof R1Error) || error.code === 'INTERRUPTED') throw error;
    context.emit({ type: 'note', text: `No memory bandwidth: ${error.message}` });
    return null;
  } finally {
    context.emit({ type: 'idle' });
  }
}

/**
 * Of the engines that were named, or of the usual ones, those that are installed; what was named and is not there is said at
 * once. Throws `ENGINE_MISSING` when none is.
 */
function backendsOf(
  flags: StartFlags,
  fallback: readonly Backend[],
  { host, emit }: Context,
): { backends: readonly Backend[]; excluded: Exclusion[] } {
  const asked = parseBackends(flags.backend, fallback);
  const found = installedOf(asked, host);
  if (found.backends.length === 0) for (const backend of asked) requireEngine(backend, host);
  if (flags.backend)
    for (const { value, reason } of found.excluded) emit({ type: 'note', text: `Without ${value}: ${reason}` });
  return found;
}

/** Machine and models of a run: what every measuring command needs before it can plan. `check` may refuse before any is made. */
export async function startRun(
  flags: StartFlags,
  fallback: readonly Backend[],
  context: Context,
  check: (machine: Machine) => void = () => {},
): Promise<Started> {
  const probed = await probeMachine(context.host, { clock: context.clock });
  check(probed);
  const quants = flags.quant?.flatMap((text) => text.split(',')).filter((text) => text !== 'auto');
  const { backends, excluded } = backendsOf(flags, fallback, context);
  const request = {
    spec: flags.model,
    backends,
    quants: quants?.length ? quants : undefined,
    threads: probed.limits.threadBudget,
    roomBytes: probed.memory.usableBytes.value,
  };
  const resolved = await resolveModels(request, context);
  const machine = flags.bandwidth ? { ...probed, bandwidth: await bandwidthOf(probed, context) } : probed;
  return {
    machine,
    modelId: resolved.id,
    arms: resolved.arms,
    models: filesOfArms(resolved.arms),
    excluded: [...excluded, ...resolved.excluded],
    calibrations: calibrationsOf(resolved.arms, machine, context),
    command: process.argv.slice(2),
    createdAt: new Date(context.clock.now()).toISOString(),
  };
}
