import type { Argv } from 'yargs';
import { EXIT, R1Error } from '../../core/errors.js';
import { parseDurationMs, parseShare } from '../../core/units.js';
import { parseLoad } from '../../fleet/plan/load-spec.js';
import { planCapacity } from '../../fleet/plan/plan.js';
import type { Balancer } from '../../fleet/plan/simulate.js';
import { readFleet } from '../../store/fleet-folder.js';
import { readPrices } from '../../store/prices.js';
import { openConsole } from '../console.js';
import { planText } from '../fleet/plan-text.js';

type Flags = {
  load: string;
  fleet: string;
  sloTtft?: string;
  sloTpot?: string;
  share: string;
  prices?: string;
  model?: string;
  balancer: Balancer;
  seed: number;
  json: boolean;
  quiet?: boolean;
};

export const planCommand = {
  command: 'plan',
  describe: 'How many replicas a load needs, on which machines, and what they cost',
  builder: (yargs: Argv) =>
    yargs
      .option('load', {
        type: 'string',
        demandOption: true,
        describe: "Requests, for example 'rate=3/s prompt=500 answer=1500'; lengths may be ranges: answer=200-3000",
      })
      .option('fleet', { type: 'string', default: 'fleet', describe: 'Folder of the fleet, or its FLEET.json' })
      .option('slo-ttft', { type: 'string', describe: 'Most time to first token, for example 2s' })
      .option('slo-tpot', { type: 'string', describe: 'Most time a token after the first, for example 100ms' })
      .option('share', { type: 'string', default: '95%', describe: 'Share of requests that must keep each of them' })
      .option('prices', { type: 'string', describe: 'JSON file with the price of each kind, an hour (docs/fleet.md)' })
      .option('model', { type: 'string', describe: 'Which model, where the fleet has runs of several' })
      .option('balancer', {
        choices: ['random', 'two-choices'] as const,
        default: 'random',
        describe: 'random: as a Kubernetes Service. two-choices: the less busy of two, as Envoy',
      })
      .option('seed', { type: 'number', default: 1, describe: 'Seed of the simulation' })
      .option('json', { type: 'boolean', default: false, describe: 'Print the plan as JSON' }),
  handler: (flags: Flags): void => {
    const plan = planCapacity(readFleet(flags.fleet), {
      load: parseLoad(flags.load),
      objectives: objectivesOf(flags),
      balancer: flags.balancer,
      seed: flags.seed,
      model: flags.model,
      prices: flags.prices === undefined ? null : readPrices(flags.prices),
    });
    openConsole({ quiet: flags.quiet ?? false }).result(flags.json ? JSON.stringify(plan, null, 2) : planText(plan));
    if (!plan.chosen) process.exitCode = EXIT.negative;
  },
};

function objectivesOf({ sloTtft, sloTpot, share: text }: Flags) {
  const share = parseShare(text);
  if (!(share > 0 && share < 1))
    throw new R1Error('USAGE', `--share: "${text}" is not valid; expected a share above 0 and below 100 %.`);
  const duration = (value: string | undefined): number | null => (value === undefined ? null : parseDurationMs(value));
  return { ttftMs: duration(sloTtft), tpotMs: duration(sloTpot), share };
}
