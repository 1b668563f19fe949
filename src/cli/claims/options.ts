import type { Argv } from 'yargs';
import { AMOUNTS } from '../../runs/claims/request.js';
import { bandwidthOption, GROUPS, modelOptions, outputOptions, seedOption } from '../sweep/options.js';

const CLAIMS = 'Claims:';

export function claimsOptions(yargs: Argv) {
  const options = outputOptions(bandwidthOption(seedOption(modelOptions(yargs, 'claims'), GROUPS.measuring)))
    .option('only', {
      group: CLAIMS,
      type: 'string',
      describe: 'Numbers of claims, for example 1,4',
      defaultDescription: 'all',
    })
    .option('budget', {
      group: CLAIMS,
      type: 'string',
      default: '30m',
      describe: 'Time for everything; the blocks are fitted to it',
    })
    .option('allow-machine-changes', {
      group: CLAIMS,
      type: 'boolean',
      default: false,
      describe: 'Settings of the whole machine (vm.swappiness) may be changed during a trial, and are put back',
    })
    .option('currency', {
      group: 'Prices:',
      type: 'string',
      default: '',
      describe: 'Sign put before prices',
    })
    .option('resume', { group: CLAIMS, type: 'string', describe: 'Go on with an interrupted run folder' });
  for (const [name, describe] of Object.entries(AMOUNTS))
    options.option(name, { group: 'Prices:', type: 'number', describe });
  return options;
}
