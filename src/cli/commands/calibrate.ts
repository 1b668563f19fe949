import type { Argv } from 'yargs';
import type { Calibration } from '../../core/calibration.js';
import { baseCandidate, candidateLabel } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Outcome } from '../../core/outcome.js';
import { formatChange } from '../../core/units.js';
import type { Workload } from '../../core/workload.js';
import { calibrationFolder, modelKey } from '../../runs/sweep/calibrated.js';
import { FIRST_DEADLINE_MS, openPorts } from '../../runs/sweep/ports.js';
import { trackProgress } from '../../runs/sweep/progress.js';
import { type Started, type StartFlags, startRun } from '../../runs/sweep/start.js';
import { contextFor, workloadsFor } from '../../runs/sweep/workloads.js';
import { writeCalibration } from '../../store/calibrations.js';
import { createRunFolder, type RunFolder } from '../../store/run-folder.js';
import { summarizeCalibration } from '../../sweeps/calibration.js';
import { runOne } from '../../sweeps/sweep.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { modelOptions } from '../sweep/options.js';

const PILOTS = 5;
/** Steps recorded from a cold start, to see when they settle. */
const PILOT_STEPS = 96;

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
  seed: number;
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
async function measurePairs(flags: Flags, started: Started, folder: RunFolder, context: CommandContext) {
  const { machine, arms } = started;
  const workloads = workloadsFor(flags.effort, flags.seed);
  const candidate = baseCandidate(arms[0]!.backend, arms[0]!.model.quant, machine.limits.threadBudget);
  const contextTokens = Math.min(contextFor(workloads), arms[0]!.model.contextLength);
  const progress = trackProgress(context.emit, { trials: PILOTS + 2 * flags.pairs, ms: 0 });
  const ports = openPorts(context, folder, () => progress, {
    machine,
    arms,
    contextTokens,
    deadlineMs: () => FIRST_DEADLINE_MS,
  });
  const measured = async (workload: Workload, block: number, position: number): Promise<Outcome> => {
    const trial = { candidate, workload, phase: 'calibrate' as const, block, position, fidelity: 'full' as const };
    const outcome = await runOne(trial, folder.log.outcomes.length, ports);
    if (!outcome.metrics)
      throw new R1Error('MACHINE_UNFIT', `A calibration trial did not run: ${outcome.status}: ${outcome.reason}`);
    return outcome;
  };
  const generateTokens = Math.min(PILOT_STEPS, contextTokens - 64);
  const cold = { ...workloads.full, promptTokens: 32, generateTokens, warmUpPromptTokens: 0, warmUpGenerateTokens: 0 };
  const pilots: Outcome[] = [];
  for (let n = 0; n < PILOTS; n++) pilots.push(await measured(cold, -1 - n, 0));
  const trials: Outcome[] = [];
  for (let pair = 0; pair < flags.pairs; pair++)
    for (const position of [0, 1]) trials.push(await measured(workloads.full, pair, position));
  context.console.endProgress();
  return { pilots, trials };
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
