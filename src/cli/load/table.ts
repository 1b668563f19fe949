import type { LoadSummary, Spread } from '../../runs/load/summarize.js';
import type { Percentile } from '../../stats/percentile.js';

/** A summary as a person reads it. A percentile with too few samples behind it is marked. */
export function summaryTable(summary: LoadSummary): string {
  const { completed, requests, seconds, outputTokensPerSecond, requestsPerSecond, promptTokens } = summary;
  const failed = Object.entries(summary.failures).map(([reason, count]) => `${count} × ${reason}`);
  const lines = [
    `${summary.level}: ${completed} of ${requests} requests in ${seconds.toFixed(1)} s, ${outputTokensPerSecond.toFixed(1)} tok/s, ${requestsPerSecond.toFixed(2)} requests/s${promptTokens === null ? '' : `, prompts of ${promptTokens.toFixed(0)} tokens`}`,
    ...(failed.length > 0 ? [`  failed: ${failed.join(', ')}`] : []),
    row('', ['p50', 'p90', 'p99', 'samples']),
    latencies('TTFT ms', summary.ttft),
    latencies('ITL ms', summary.itl),
    latencies('TPOT ms', summary.tpot),
    latencies('E2E ms', summary.e2e),
  ];
  if (summary.goodputPerSecond !== null)
    lines.push(
      `  goodput: ${summary.goodputPerSecond.toFixed(2)} requests/s, ${((summary.goodShare ?? 0) * 100).toFixed(0)} % within the objectives`,
    );
  return lines.join('\n');
}

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(8)}${cells.map((cell) => cell.padStart(10)).join('')}`;

const latencies = (name: string, { p50, p90, p99 }: Spread): string =>
  row(name, [show(p50), show(p90), show(p99), String(p50.sampleCount)]);

const show = ({ value, isEnough, sampleCount }: Percentile): string =>
  sampleCount === 0 ? '–' : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)}${isEnough ? '' : '*'}`;

export const TABLE_NOTE = '* fewer samples than such a percentile needs to be more than one stray value';
