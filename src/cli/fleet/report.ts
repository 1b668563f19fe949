import { dirname } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { parseShare } from '../../core/units.js';
import { summarizeFleet } from '../../fleet/summarize.js';
import { renderFleet } from '../../report/fleet/index.js';
import { REPORT_FORMATS } from '../../report/index.js';
import { readFleet } from '../../store/fleet-folder.js';
import { readPrices } from '../../store/prices.js';
import { openConsole } from '../console.js';
import { writeReport } from '../report/write-report.js';

type Flags = {
  fleet: string;
  prices?: string;
  within: string;
  falseAlarms: string;
  format?: string;
  out?: string;
  language: 'en' | 'zh';
  json: boolean;
  quiet?: boolean;
};

export const fleetReportCommand = {
  command: 'report [fleet]',
  describe: 'What a fleet measured: the best profile of each kind, prices, slow machines',
  builder: (yargs: Argv) =>
    yargs
      .positional('fleet', { type: 'string', default: 'fleet', describe: 'Folder of the fleet, or its FLEET.json' })
      .option('prices', { type: 'string', describe: 'JSON file with the price of each kind, an hour (docs/fleet.md)' })
      .option('within', { type: 'string', default: '5%', describe: 'Loss up to which a profile serves another kind' })
      .option('false-alarms', {
        type: 'string',
        default: '5%',
        describe: 'Share of reports that may name a machine where none is slow',
      })
      .option('format', { type: 'string', describe: `${REPORT_FORMATS.join(',')} (all)` })
      .option('out', { type: 'string', describe: 'Folder to write to (the folder of the fleet)' })
      .option('language', { choices: ['en', 'zh'] as const, default: 'en', describe: 'Language it opens in' })
      .option('json', { type: 'boolean', default: false, describe: 'Print the list of files as JSON' }),
  handler: async (flags: Flags): Promise<void> => {
    const summary = summarizeFleet(readFleet(flags.fleet), {
      prices: flags.prices === undefined ? null : readPrices(flags.prices),
      falseAlarms: shareOf('false-alarms', flags.falseAlarms),
      within: shareOf('within', flags.within),
    });
    if (summary.tasks.length === 0)
      throw new R1Error('USAGE', `${flags.fleet} holds no run, so there is nothing to compare.`, {
        fix: 'Collect folders of r1-tune sweep or bench with r1-tune fleet collect.',
      });
    const folder = flags.out ?? (flags.fleet.endsWith('.json') ? dirname(flags.fleet) : flags.fleet);
    await writeReport(
      { format: flags.format, folder, json: flags.json },
      openConsole({ quiet: flags.quiet ?? false }),
      (format) => renderFleet(summary, format, flags.language),
    );
  },
};

function shareOf(flag: string, text: string): number {
  const share = parseShare(text);
  if (share > 0 && share < 1) return share;
  throw new R1Error('USAGE', `--${flag}: "${text}" is not valid; expected a share above 0 and below 100 %.`);
}
