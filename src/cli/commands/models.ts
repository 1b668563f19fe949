import type { Argv, CommandModule } from 'yargs';
import { importCommand } from '../models/import.js';
import { inspectCommand } from '../models/inspect.js';
import { listCommand } from '../models/list.js';
import { onnxCommand } from '../models/onnx.js';
import { pullCommand } from '../models/pull.js';
import { quantizeCommand } from '../models/quantize.js';
import { synthCommand } from '../models/synth.js';

const ACTIONS = [
  listCommand,
  inspectCommand,
  pullCommand,
  synthCommand,
  quantizeCommand,
  onnxCommand,
  importCommand,
] as unknown as CommandModule[];

export const modelsCommand = {
  command: 'models <action>',
  describe: 'List, download, synthesize, quantize and convert models',
  builder: (yargs: Argv) => {
    for (const action of ACTIONS) yargs.command(action);
    return yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' })
      .demandCommand(1, 'Name an action: list, inspect, pull, synth, quantize, onnx or import.');
  },
  handler: (): void => {},
};
