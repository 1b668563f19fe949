import { defaultBackends } from '../../core/backends.js';
import type { Calibration } from '../../core/calibration.js';
import { baseCandidate, candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { writeCalibration } from '../../store/calibrations.js';
import { checkRunFolder, createRunFolder, type RunFolder } from '../../store/run-folder.js';
import { summarizeCalibration } from '../../sweeps/trials/calibration.js';
import type { Context } from '../context.js';
import { openPorts } from '../experiment/ports.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { calibrationFolder, modelKey } from '../sweep/calibrated.js';
import { type Started, type StartFlags, startRun } from '../sweep/start.js';
import { contextFor, workloadsFor } from '../sweep/workloads.js';
import { calibrationSource, isPilotBlock } from './calibration-source.js';

export type CalibrateRequest = StartFlags & {
  /** Pairs of the default configuration with itself, 3 or more. */
  pairs: number;
  effort: 'quick' | 'default' | 'thorough';
  seed?: number | undefined;
  results: string;
  out?: string | undefined;
};

/** Cold pilots, then pairs of the configuration with itself, each trial a fresh process. */
async function measurePairs(
  request: CalibrateRequest,
  { machine, arms }: Started,
  folder: RunFolder,
  context: Context,
) {
  const { backend, model } = arms[0]!;
  const workloads = workloadsFor(request.effort, request.seed);
  const candidate = baseCandidate(backend, model.quant, machine.limits.threadBudget);
  const source = calibrationSource(
    {
      name: candidateId(candidate),
      model,
      candidate,
      workload: workloads.full,
      fidelity: 'full',
      contextTokens: Math.min(contextFor(workloads), model.contextLength),
    },
    request.pairs,
  );
  const expected = { trials: source.plannedTrials, ms: 0 };
  await runBlocks(source, openPorts({ machine, log: folder.log, expected }, context));
  context.emit({ type: 'idle' });
  const { outcomes } = folder.log;
  return {
    pilots: outcomes.filter(({ block }) => isPilotBlock(block)),
    trials: outcomes.filter(({ block }) => !isPilotBlock(block)),
  };
}

/** The noise floor of this machine for one model, and the file that sweep and gate read it from. Throws USAGE, MACHINE_UNFIT. */
export async function calibrate(
  request: CalibrateRequest,
  context: Context,
): Promise<{ calibration: Calibration; path: string }> {
  if (!Number.isInteger(request.pairs) || request.pairs < 3)
    throw new R1Error('USAGE', `--pairs: ${request.pairs} is not valid; expected 3 or more.`);
  checkRunFolder(request.out ?? null, request.results);
  const started = await startRun(request, defaultBackends('sweep'), context);
  const time = new Date(context.clock.now());
  const folder = createRunFolder({ parent: request.results, out: request.out ?? null, label: 'calibrate', time });
  try {
    folder.writeMachine(started.machine);
    const measured = await measurePairs(request, started, folder, context);
    const identity = { fingerprint: started.machine.fingerprint.hash, modelKey: modelKey(started.models[0]!) };
    const calibration = summarizeCalibration({ createdAt: started.createdAt, ...identity, ...measured });
    return { calibration, path: writeCalibration(calibrationFolder(context), calibration) };
  } finally {
    folder.close();
  }
}
