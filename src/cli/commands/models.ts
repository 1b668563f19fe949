import type { Argv, CommandModule } from 'yargs';
import { inspectCommand } from '../models/inspect.js';
import { listCommand } from '../models/list.js';
import { onnxCommand } from '../models/onnx.js';
import { quantizeCommand } from '../models/quantize.js';
import { synthCommand } from '../models/synth.js';

const SUBCOMMANDS = [
  listCommand,
  inspectCommand,
  synthCommand,
  quantizeCommand,
  onnxCommand,
] as unknown as CommandModule[];

export const modelsCommand = {
  command: 'models <action>',
  describe: 'List, inspect, synthesize, quantize and convert models',
  builder: (yargs: Argv) => {
    for (const command of SUBCOMMANDS) yargs.command(command);
    return yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' })
      .demandCommand(1, 'Name an action: list, inspect, synth, quantize or onnx.');
  },
  handler: (): void => {},
};
