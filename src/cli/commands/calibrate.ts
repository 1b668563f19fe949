import type { Argv } from 'yargs';
import type { Calibration } from '../../core/calibration.js';
import { baseCandidate, candidateId, candidateLabel } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { formatChange } from '../../core/units.js';
import { calibrationSource, isPilotBlock } from '../../runs/calibrate/calibration-source.js';
import { openPorts } from '../../runs/experiment/ports.js';
import { runBlocks } from '../../runs/experiment/run-blocks.js';
import { calibrationFolder, modelKey } from '../../runs/sweep/calibrated.js';
import { type Started, type StartFlags, startRun } from '../../runs/sweep/start.js';
import { contextFor, workloadsFor } from '../../runs/sweep/workloads.js';
import { writeCalibration } from '../../store/calibrations.js';
import { createRunFolder, type RunFolder } from '../../store/run-folder.js';
import { summarizeCalibration } from '../../sweeps/calibration.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { modelOptions } from '../sweep/options.js';

const builder = (yargs: Argv) =>
  modelOptions(yargs)
    .option('pairs', { type: 'number', default: 10, describe: 'Pairs of the default configuration with itself' })
    .option('effort', {
      type: 'string',
      default: 'quick',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'quick: pp128 + tg64, else pp512 + tg128',
    });

type Flags = StartFlags & {
  pairs: number;
  effort: 'quick' | 'default' | 'thorough';
  seed?: number;
  results: string;
  out?: string;
  json: boolean;
  quiet?: boolean;
  home?: string;
};

const percent = (share: number | null): string => (share === null ? 'none' : `${(share * 100).toFixed(1)} %`);

function calibrationText(calibration: Calibration, path: string): string {
  const { warmUp, minimumDetectable, driftPerHour } = calibration;
  return [
    `Noise floor of ${candidateLabel(calibration.candidate)} on this machine`,
    `  paired differences   s_d ${percent(calibration.pairedSd)} over ${calibration.pairs} pairs of the configuration with itself`,
    `  single trials        spread by ${percent(calibration.spread)}`,
    `  drift                ${driftPerHour === null ? 'not known' : `${formatChange(1 + driftPerHour)} an hour`}`,
    `  a gate can see       ${minimumDetectable.map((m) => `${percent(m.effect)} with ${m.pairs} pairs`).join(', ')}`,
    `  warm-up              ${warmUp.steps} decode steps${warmUp.isCapped ? ' (never settled: the cap)' : ''}; the first step is ${warmUp.coldRatio.toFixed(2)} × a settled one`,
    `Kept in ${path}; sweep and gate use it from now on.`,
  ].join('\n');
}

/** Cold pilots, then pairs of the configuration with itself, each trial a fresh process. */
async function measurePairs(flags: Flags, { machine, arms }: Started, folder: RunFolder, context: CommandContext) {
  const { backend, model } = arms[0]!;
  const workloads = workloadsFor(flags.effort, flags.seed);
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
    flags.pairs,
  );
  const expected = { trials: source.plannedTrials, ms: 0 };
  await runBlocks(source, openPorts({ machine, log: folder.log, expected }, context));
  context.console.endProgress();
  const { outcomes } = folder.log;
  return {
    pilots: outcomes.filter(({ block }) => isPilotBlock(block)),
    trials: outcomes.filter(({ block }) => !isPilotBlock(block)),
  };
}

export const calibrateCommand = {
  command: 'calibrate',
  describe: 'Find the noise floor: how small an effect this machine can show',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    if (!Number.isInteger(flags.pairs) || flags.pairs < 3)
      throw new R1Error('USAGE', `--pairs: ${flags.pairs} is not valid; expected 3 or more.`);
    const context = openContext(flags);
    const started = await startRun(flags, ['llama-cpp'], context);
    const time = new Date(context.clock.now());
    const folder = createRunFolder({ parent: flags.results, out: flags.out ?? null, label: 'calibrate', time });
    try {
      folder.writeMachine(started.machine);
      const measured = await measurePairs(flags, started, folder, context);
      const identity = { fingerprint: started.machine.fingerprint.hash, modelKey: modelKey(started.arms[0]!.model) };
      const calibration = summarizeCalibration({ createdAt: started.createdAt, ...identity, ...measured });
      const path = writeCalibration(calibrationFolder(context), calibration);
      context.console.result(flags.json ? JSON.stringify(calibration, null, 2) : calibrationText(calibration, path));
    } finally {
      folder.close();
    }
  },
};
