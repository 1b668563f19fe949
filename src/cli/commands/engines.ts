import type { Argv, CommandModule } from 'yargs';
import { addCommand } from '../engines/add.js';
import { slimCommand } from '../engines/slim.js';

const ACTIONS = [addCommand, slimCommand] as unknown as CommandModule[];

export const enginesCommand = {
  command: 'engines <action>',
  describe: 'Add ONNX Runtime; remove engine builds that this machine never loads',
  builder: (yargs: Argv) => {
    for (const action of ACTIONS) yargs.command(action);
    return yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' })
      .demandCommand(1, 'Name an action: add or slim.');
  },
  handler: (): void => {},
};
