import type { Argv } from 'yargs';
import { wholeFrom } from '../../core/parse.js';
import { gate } from '../../runs/gate/gate.js';
import type { GateRequest } from '../../runs/gate/request.js';
import { gateExit, type Strictness } from '../../runs/gate/result.js';
import { openExperiment } from '../experiment-context.js';
import { type OutputFlags, writeGateOutputs } from '../gate/outputs.js';
import { gateText } from '../gate/terminal.js';
import { gateLine } from '../gate/words.js';

const builder = (yargs: Argv) =>
  yargs
    .option('baseline', { type: 'string', demandOption: true, describe: 'Profile that sets the expectation' })
    .option('candidate', { type: 'string', describe: 'Profile to judge (default: the baseline itself)' })
    .option('candidate-install', {
      type: 'string',
      describe: 'Folder of another r1-tune install whose engines the candidate runs on',
    })
    .option('mode', {
      type: 'string',
      default: 'paired',
      choices: ['paired', 'stored', 'exact'] as const,
      describe: 'How to judge',
    })
    .option('metric', {
      type: 'string',
      default: 'decode',
      describe: 'decode, prefill, ttft, itl, load, rss; several share the false-alarm rate',
    })
    .option('margin', { type: 'string', default: '5%', describe: 'The loss that matters' })
    .option('strict', { type: 'boolean', default: false, describe: 'Exit 4 when inconclusive' })
    .option('require-verdict', {
      type: 'boolean',
      default: false,
      describe: 'Exit 4 when there is neither PASS nor FAIL, also where the machine was unfit (else 3)',
    })
    .option('any-machine', {
      type: 'boolean',
      default: false,
      describe: 'Compare both here although the baseline is from another machine',
    })
    .option('fresh-copies', {
      type: 'boolean',
      default: true,
      describe:
        'Where the two have different model files: each trial on a copy made for it, so that no copy keeps its luck',
    })
    .option('model', { type: 'string', describe: 'Model file, when it lies elsewhere than the profile says' })
    .option('seed', {
      type: 'number',
      coerce: wholeFrom('seed', 0),
      describe: 'Seed of the coins, to replay a gate (default: drawn, and written into gate.json)',
    })
    .option('sentinels', {
      type: 'boolean',
      default: true,
      describe: 'Readings before and after each trial that show a disturbed machine (about 0.7 s)',
    })
    .option('inject-slowdown', {
      type: 'string',
      describe: 'For testing the gate: spin for this share of each decode step of the candidate',
    })
    .option('comment', { type: 'string', describe: 'Write a pull-request comment to this file' })
    .option('junit', { type: 'string', describe: 'Write JUnit XML to this file' })
    .option('results', { type: 'string', default: 'results', describe: 'Folder that holds the runs' })
    .option('out', { type: 'string', describe: 'Folder of this gate' })
    .option('json', { type: 'boolean', default: false, describe: 'Print gate.json' });

type Flags = GateRequest & OutputFlags & Strictness & { json: boolean; quiet?: boolean; home?: string };

export const gateCommand = {
  command: 'gate',
  describe: 'Fail when speed has regressed, with a known false-alarm rate',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags);
    const { result, folder } = await gate(flags, context);
    await writeGateOutputs(result, folder, flags, context);
    context.console.result(flags.json ? JSON.stringify(result, null, 2) : gateText(result, folder));
    context.console.command(gateLine(result));
    process.exitCode = gateExit(result, flags);
  },
};
