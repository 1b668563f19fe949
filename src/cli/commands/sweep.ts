import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { openSysroot } from '../../probes/host/sysroot.js';
import { homeFolder } from '../../runs/home.js';
import { dryRun } from '../../runs/sweep/dry-run.js';
import type { SweepRequest } from '../../runs/sweep/start-job.js';
import { sweep } from '../../runs/sweep/sweep.js';
import { strategyById } from '../../sweeps/search/strategies/index.js';
import type { CommandContext } from '../context.js';
import { openExperiment } from '../experiment-context.js';
import { dryRunText } from '../sweep/dry-run-text.js';
import {
  axisOptions,
  GROUPS,
  goalOptions,
  measuringOptions,
  modelOptions,
  outputOptions,
  searchOptions,
  seedOption,
} from '../sweep/options.js';
import { summaryText } from '../sweep/summary-text.js';

/** How the values of an axis are typed. */
const LISTS =
  'Lists are typed with commas, numbers as ranges too: --threads 1,2,4-16. Naming an axis replaces auto; `--dry-run` shows what auto comes to.';

const builder = (yargs: Argv) =>
  outputOptions(
    measuringOptions(seedOption(searchOptions(goalOptions(axisOptions(modelOptions(yargs), 'axes'))), GROUPS.search)),
  )
    .example('$0 sweep --budget 5m', 'tune the default synthetic 1.5B in five minutes')
    .example('$0 sweep --model model.gguf --threads 1-8 --allocator glibc,jemalloc', 'two axes of a file of yours')
    .example('$0 sweep --model model.gguf --backend llama-cpp,onnx', 'both engines on the same weights')
    .epilogue(LISTS);

type Flags = SweepRequest & { json: boolean; quiet?: boolean; home?: string; dryRun: boolean; sysroot?: string };

/** The plan alone. A recorded machine can be planned for, and no more. */
async function showDryRun(flags: Flags, context: CommandContext): Promise<void> {
  if (!flags.dryRun)
    throw new R1Error('USAGE', '--sysroot is a recorded machine: nothing can be measured on it.', {
      fix: 'Add --dry-run to see the plan of a sweep there.',
    });
  strategyById(flags.strategy);
  const host = flags.sysroot === undefined ? context.host : openSysroot(flags.sysroot);
  const { plan, machine } = await dryRun(flags, { ...context, host }, homeFolder(context.host));
  context.console.result(flags.json ? JSON.stringify(plan, null, 2) : dryRunText(plan, machine));
}

export const sweepCommand = {
  command: 'sweep',
  describe: 'Find the fastest honest configuration of a model on this machine',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags, 'sweep');
    if (flags.dryRun || flags.sysroot !== undefined) return showDryRun(flags, context);
    const { run, profile, folder } = await sweep(flags, context);
    context.console.result(flags.json ? JSON.stringify(profile, null, 2) : summaryText(run, profile, folder));
  },
};
