import type { Argv } from 'yargs';
import type { Calibration } from '../../core/calibration.js';
import { candidateLabel } from '../../core/candidate.js';
import { formatChange } from '../../core/units.js';
import { type CalibrateRequest, calibrate } from '../../runs/calibrate/calibrate.js';
import { openExperiment } from '../experiment-context.js';
import { GROUPS, modelOptions, outputOptions, seedOption } from '../sweep/options.js';

const builder = (yargs: Argv) =>
  outputOptions(seedOption(modelOptions(yargs), GROUPS.measuring))
    .option('pairs', {
      group: GROUPS.measuring,
      type: 'number',
      default: 10,
      describe: 'Pairs of the default configuration with itself',
    })
    .option('effort', {
      group: GROUPS.measuring,
      type: 'string',
      default: 'quick',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'quick: pp128 + tg64, else pp512 + tg128',
    });

type Flags = CalibrateRequest & { json: boolean; quiet?: boolean; home?: string };

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

export const calibrateCommand = {
  command: 'calibrate',
  describe: 'Find the noise floor: how small an effect this machine can show',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags);
    const { calibration, path } = await calibrate(flags, context);
    context.console.result(flags.json ? JSON.stringify(calibration, null, 2) : calibrationText(calibration, path));
  },
};
