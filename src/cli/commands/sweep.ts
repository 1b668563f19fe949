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
import { axisOptions, modelOptions, searchOptions } from '../sweep/options.js';
import { summaryText } from '../sweep/summary-text.js';

const builder = (yargs: Argv) =>
  searchOptions(axisOptions(modelOptions(yargs)))
    .example('$0 sweep --budget 5m', 'tune the default synthetic 1.5B in five minutes')
    .example('$0 sweep --model model.gguf --threads 1-8 --allocator glibc,jemalloc', 'two axes of a file of yours');

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
