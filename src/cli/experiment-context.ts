import { type CommandContext, type ContextFlags, type ContextOptions, openContext } from './context.js';
import { showTrials } from './show-trials.js';

/** The context of a command that runs trials: they are shown. */
export const openExperiment = (flags: ContextFlags, resumable?: ContextOptions['resumable']): CommandContext =>
  openContext(flags, { show: showTrials, resumable });
