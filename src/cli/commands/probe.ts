import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { probe } from '../../runs/probe/probe.js';
import { type CommandContext, openContext } from '../context.js';
import { hasColor } from '../has-color.js';
import { probePage } from '../probe-page.js';

type ProbeArgs = {
  json: boolean;
  sysroot?: string;
  bandwidth?: boolean;
  capture?: string;
  quiet?: boolean;
};

export const probeCommand = {
  command: 'probe',
  describe: 'Show what this machine is, and what about it will hurt',
  builder: (yargs: Argv) =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print the document as JSON' })
      .option('sysroot', { type: 'string', describe: 'A recorded machine: a folder with proc/ and sys/, or a capture' })
      .option('bandwidth', {
        type: 'boolean',
        describe: 'Measure memory bandwidth, a few seconds (on; off when recorded)',
      })
      .option('capture', { type: 'string', describe: 'Pack the files that the probes read into FILE, names removed' }),
  handler: async (args: ProbeArgs): Promise<void> => {
    const context = openContext(args);
    if (args.capture !== undefined) return capture(context, args.capture, args);
    const machine = await probe(args, context);
    context.console.result(
      args.json ? JSON.stringify(machine, null, 2) : probePage(machine, { hasColor: hasColor(context.host) }),
    );
  },
};

async function capture(context: CommandContext, file: string, args: ProbeArgs): Promise<void> {
  if (args.sysroot !== undefined)
    throw new R1Error('USAGE', '--capture packs the running machine, not a recorded one.', {
      fix: 'Leave out --sysroot.',
    });
  if (context.host.platform !== 'linux')
    throw new R1Error(
      'USAGE',
      `--capture packs files of /proc and /sys, which ${context.host.platform} does not have.`,
      {
        fix: 'Send the output of `r1-tune probe --json` instead.',
      },
    );
  const { captureMachine, writeCapture } = await import('../../probes/capture/index.js');
  const recorded = captureMachine(context.host);
  writeCapture(file, recorded);
  const count = Object.keys(recorded.files).length + Object.keys(recorded.bytes).length;
  context.console.result(
    args.json
      ? JSON.stringify({ file, files: count })
      : `${file}: ${count} files. Look at it: r1-tune probe --sysroot ${file}`,
  );
}
