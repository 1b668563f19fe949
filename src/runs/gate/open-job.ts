import type { Machine } from '../../core/machine.js';
import type { Profile } from '../../core/profile.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { Context } from '../context.js';
import { drawSeed } from '../draw-seed.js';
import { openPorts } from '../experiment/ports.js';
import { waitForQuiet } from '../experiment/wait-for-quiet.js';
import { profileModel } from '../sweep/profile-model.js';
import { type GateJob, sideArm } from './job.js';
import type { GateInput, GateRequest } from './request.js';

/** A configuration may be gated at the level that measurement.md fixes; it is not a knob, so that nobody tunes it to green. */
export const ALPHA = 0.01;
/** How long to wait for a quiet machine before the first pair. */
const QUIET_MS = 60_000;

/** Hard facts of the baseline's machine that this one does not share. A fact that an older profile lacks says nothing. */
function machineDifferences({ machine: measuredOn }: Profile, machine: Machine): string[] {
  const here: Record<string, unknown> = machine.fingerprint.hard;
  return Object.entries(measuredOn.hard)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(here[name]))
    .map(([name, value]) => `${name} ${JSON.stringify(value)} there, ${JSON.stringify(here[name])} here`);
}

/** Both sides as arms, on the files they name, once the machine is as quiet as it gets. */
export async function openJob(
  request: GateRequest,
  input: GateInput,
  machine: Machine,
  folder: RunFolder,
  context: Context,
): Promise<GateJob> {
  const { baseline, candidate, metrics, margin, slowdown, entry } = input;
  const { workload } = baseline;
  const own = await profileModel(baseline, request.model, context);
  const other = await profileModel(candidate, request.model, context);
  const freshCopy = request.freshCopies && own.path !== other.path;
  const differences = request.anyMachine ? [] : machineDifferences(baseline, machine);
  return {
    profiles: { baseline, candidate },
    arms: {
      baseline: sideArm('baseline', baseline, { model: own, workload, freshCopy }),
      candidate: sideArm('candidate', candidate, {
        model: other,
        workload,
        freshCopy,
        slowdown,
        ...(entry ? { entry } : {}),
      }),
    },
    seed: request.seed ?? drawSeed(),
    options: {
      metrics,
      margin,
      alpha: ALPHA,
      fingerprintDifferences: differences,
    },
    preflight: differences.length > 0 || !request.sentinels ? null : await waitForQuiet(context, QUIET_MS),
    ports: openPorts({ machine, log: folder.log, sentinels: request.sentinels }, context),
  };
}
