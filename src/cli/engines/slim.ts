import type { Argv } from 'yargs';
import { formatBytes } from '../../core/units.js';
import { removeUnused } from '../../runs/engines/slim.js';
import { type Unused, unusedEngineFiles } from '../../runs/engines/unused.js';
import { type CommonFlags, printed } from '../models/shared.js';

type Slimmed = { isRemoved: boolean; bytes: number; files: Unused[] };

export const slimCommand = {
  command: 'slim',
  describe: 'Remove engine builds that this machine never loads: GPU, other systems, sources',
  builder: (yargs: Argv) =>
    yargs.option('dry-run', { type: 'boolean', default: false, describe: 'List them, remove nothing' }),
  handler: (flags: CommonFlags & { dryRun: boolean }) =>
    printed(
      flags,
      (): Slimmed => {
        const files = unusedEngineFiles();
        if (!flags.dryRun) removeUnused(files);
        return { isRemoved: !flags.dryRun, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
      },
      slimmedText,
    ),
};

function slimmedText({ isRemoved, bytes, files }: Slimmed): string {
  if (files.length === 0) return 'Every engine file here can be loaded on this machine.';
  return [
    ...files.map((file) => `  ${formatBytes(file.bytes).padStart(10)}  ${file.what.padEnd(28)} ${file.path}`),
    isRemoved
      ? `Removed: ${formatBytes(bytes)}. npm install brings them back.`
      : `${formatBytes(bytes)} can be removed.`,
    'A program in the same node_modules that runs node-llama-cpp on a GPU needs its GPU packages.',
  ].join('\n');
}
