import type { Argv } from 'yargs';
import type { Interval } from '../../core/interval.js';
import { formatChange } from '../../core/units.js';
import { readRun } from '../../store/run-folder.js';
import { compareRuns, type RunComparison } from '../../sweeps/results/compare-runs.js';
import { openConsole } from '../console.js';
import { rateText } from '../sweep/summary-text.js';

type Flags = { first: string; second: string; json: boolean; quiet?: boolean };

const MOST_SHOWN = 30;

function ratioText(ratio: Interval | null): string {
  if (!ratio) return '';
  if (ratio.low === null || ratio.high === null)
    return `${formatChange(ratio.estimate)} (too few trials for an interval)`;
  const verdict = ratio.low > 1 ? 'faster' : ratio.high < 1 ? 'slower' : 'no difference shown';
  return `${formatChange(ratio.estimate)} (${formatChange(ratio.low)} to ${formatChange(ratio.high)}): ${verdict}`;
}

const bullets = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

function comparisonText(comparison: RunComparison): string {
  const rate = (interval: Interval | null): string => (interval ? rateText(interval) : 'not measured');
  const shown = comparison.configurations.slice(0, MOST_SHOWN);
  return [
    comparison.isSameMachine
      ? 'Same machine: effects of the second run over the first, 95 % intervals. The runs were not paired, so drift between them is in the numbers.'
      : 'Different machines: side by side. This is not a test.',
    ...bullets('The machines differ in', comparison.machineDifferences),
    ...bullets('The runs differ in', comparison.otherDifferences),
    '',
    ...shown.flatMap((c) => [c.label, `  ${rate(c.first)}  →  ${rate(c.second)}   ${ratioText(c.ratio)}`]),
    ...(comparison.configurations.length > MOST_SHOWN
      ? [`… and ${comparison.configurations.length - MOST_SHOWN} more (--json has all)`]
      : []),
    ...(shown.length === 0 ? ['No configuration was measured in both runs.'] : []),
    ...bullets('Only in the first', comparison.onlyInFirst.slice(0, MOST_SHOWN)),
    ...bullets('Only in the second', comparison.onlyInSecond.slice(0, MOST_SHOWN)),
  ].join('\n');
}

export const compareCommand = {
  command: 'compare <first> <second>',
  describe: 'Two runs, or two machines, side by side',
  builder: (yargs: Argv) =>
    yargs
      .positional('first', { type: 'string', demandOption: true, describe: 'Run folder' })
      .positional('second', { type: 'string', demandOption: true, describe: 'Run folder' })
      .option('json', { type: 'boolean', default: false, describe: 'Print the comparison as JSON' }),
  handler: (flags: Flags): void => {
    const comparison = compareRuns(readRun(flags.first), readRun(flags.second));
    openConsole({ quiet: flags.quiet ?? false }).result(
      flags.json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison),
    );
  },
};
