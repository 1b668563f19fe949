import type { Argv } from 'yargs';
import { AMOUNTS } from '../../runs/claims/request.js';
import { modelOptions } from '../sweep/options.js';

export function claimsOptions(yargs: Argv) {
  const options = modelOptions(yargs)
    .option('only', { type: 'string', describe: 'Numbers of claims, for example 1,4 (all)' })
    .option('budget', { type: 'string', default: '30m', describe: 'Time for everything; the blocks are fitted to it' })
    .option('bandwidth', { type: 'boolean', default: true, describe: 'Measure memory bandwidth first (about 10 s)' })
    .option('allow-machine-changes', {
      type: 'boolean',
      default: false,
      describe: 'Settings of the whole machine (vm.swappiness) may be changed during a trial, and are put back',
    })
    .option('currency', { type: 'string', default: '', describe: 'Sign put before prices' })
    .option('resume', { type: 'string', describe: 'Go on with an interrupted run folder' });
  for (const [name, describe] of Object.entries(AMOUNTS)) options.option(name, { type: 'number', describe });
  return options;
}
