import type { Argv, CommandModule } from 'yargs';
import { collectCommand } from '../fleet/collect.js';
import { fleetReportCommand } from '../fleet/report.js';

const ACTIONS = [collectCommand, fleetReportCommand] as unknown as CommandModule[];

export const fleetCommand = {
  command: 'fleet <action>',
  describe: 'Many machines: collect what they measured and compare them',
  builder: (yargs: Argv) => {
    for (const action of ACTIONS) yargs.command(action);
    return yargs.demandCommand(1, 'Name an action: collect or report.');
  },
  handler: (): void => {},
};
