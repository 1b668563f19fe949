import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { REPORT_FORMATS, type ReportOptions, renderReport } from '../../report/index.js';
import { readClaims } from '../../store/claims-folder.js';
import { readRun } from '../../store/run-folder.js';
import { openConsole } from '../console.js';
import { writeReport } from '../report/write-report.js';

type ReportArgs = {
  run: string;
  format?: string;
  out?: string;
  language: 'en' | 'zh';
  pricePerHour?: number;
  watts?: number;
  currency?: string;
  cpuPrice?: number;
  cpuMonthly?: number;
  gpuPrice?: number;
  gpuMonthly?: number;
  gpuTokensPerSecond?: number;
  months?: number;
  claims?: string;
  json: boolean;
  quiet: boolean;
};

const AMOUNTS = {
  'price-per-hour': 'Price of this machine, an hour: gives the price of a million tokens',
  watts: 'Mean power of this machine under load, where it has no energy counter',
  'cpu-price': 'Price of buying this machine, for the comparison with a GPU machine (0 if you have it)',
  'cpu-monthly': 'Running cost of this machine, a month',
  'gpu-price': 'Price of buying the GPU machine',
  'gpu-monthly': 'Running cost of the GPU machine, a month',
  'gpu-tokens-per-second': 'Speed of the GPU machine, for its price of a million tokens',
  months: 'Months that the purchase is spread over (12)',
} as const;

export const reportCommand = {
  command: 'report <run>',
  describe: 'Remake the report of a run from its files alone',
  builder: (yargs: Argv) => {
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'The run folder, or its run.json' })
      .option('format', { type: 'string', describe: `${REPORT_FORMATS.join(',')} (all)` })
      .option('out', { type: 'string', describe: 'Folder to write to (the run folder)' })
      .option('language', { choices: ['en', 'zh'] as const, default: 'en', describe: 'Language it opens in' })
      .option('claims', {
        type: 'string',
        describe: 'Folder of r1-tune claims, or its claims.json, to show beside the run',
      })
      .option('currency', { type: 'string', describe: 'Sign put before prices, for example $ or ¥' })
      .option('json', { type: 'boolean', default: false, describe: 'Print the list of files as JSON' });
    for (const [name, describe] of Object.entries(AMOUNTS)) yargs.option(name, { type: 'number', describe });
    return yargs;
  },
  handler: async (args: ReportArgs): Promise<void> => {
    const terminal = openConsole(args);
    const options = reportOptions(args);
    const run = readRun(args.run);
    const folder = args.out ?? args.run.replace(/[^/\\]*\.json$/, '');
    const place = { format: args.format, folder: folder || '.', json: args.json };
    await writeReport(place, terminal, (format) => renderReport(run, format, options));
  },
};

function reportOptions(args: ReportArgs): ReportOptions {
  for (const name of Object.keys(AMOUNTS)) checkAmount(name, (args as unknown as Record<string, unknown>)[name]);
  const { currency, pricePerHour, watts, months, cpuPrice, cpuMonthly, gpuPrice, gpuMonthly, gpuTokensPerSecond } =
    args;
  const cpu = machinePrice('cpu', cpuPrice, cpuMonthly);
  const gpu = machinePrice('gpu', gpuPrice, gpuMonthly);
  if (Boolean(cpu) !== Boolean(gpu))
    throw new R1Error('USAGE', 'The comparison with a GPU needs the figures of both machines.', {
      fix: 'Give --cpu-price, --cpu-monthly, --gpu-price and --gpu-monthly.',
    });
  const priced = gpu && { ...gpu, tokensPerSecond: gpuTokensPerSecond };
  const claims = args.claims === undefined ? undefined : readClaims(args.claims);
  return { language: args.language, claims, cost: { currency, pricePerHour, watts, months, cpu, gpu: priced } };
}

function checkAmount(name: string, value: unknown): void {
  const isPositive =
    name === 'months' || name === 'gpu-tokens-per-second' ? (value as number) > 0 : (value as number) >= 0;
  if (value !== undefined && !isPositive)
    throw new R1Error(
      'USAGE',
      `--${name}: "${value}" is not valid; expected a number ${name === 'months' ? 'above 0' : 'from 0 on'}.`,
    );
}

/** Both figures of a machine, or neither. */
function machinePrice(kind: 'cpu' | 'gpu', purchase?: number, monthly?: number) {
  if (purchase === undefined && monthly === undefined) return undefined;
  if (purchase === undefined || monthly === undefined)
    throw new R1Error('USAGE', `--${kind}-price and --${kind}-monthly must be given together.`);
  return { purchase, monthly };
}
