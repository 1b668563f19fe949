import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { candidateLabel } from '../../core/candidate.js';
import type { RunResult } from '../../core/run-result.js';
import { formatBytes, formatDuration } from '../../core/units.js';
import { type BenchRequest, bench } from '../../runs/bench/bench.js';
import { wholeFrom } from '../../runs/parse.js';
import { openContext } from '../context.js';
import { axisOptions, modelOptions } from '../sweep/options.js';
import { rateText, throughputLine } from '../sweep/summary-text.js';

const builder = (yargs: Argv) =>
  axisOptions(modelOptions(yargs))
    .option('request', {
      type: 'string',
      default: '128+1024',
      describe: 'Prompt + generated tokens of the request that "workload" scores',
    })
    .option('trials', {
      type: 'number',
      coerce: wholeFrom('trials', 1),
      describe: 'Exactly so many trials (default: until the 95 % interval is within ±2 %, 5 to 30)',
    })
    .option('effort', {
      type: 'string',
      default: 'default',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'quick: pp128 + tg64, else pp512 + tg128',
    });

type Flags = BenchRequest & { json: boolean; quiet?: boolean; home?: string };

function benchText(run: RunResult, folder: string): string {
  const { decodeTokensPerSecond, prefillTokensPerSecond, peakRssBytes, trials, candidate, ttftMs, throughput } =
    run.configurations[0]!;
  const overheads = run.outcomes.flatMap((o) => o.metrics?.overheadMsPerToken ?? []).sort((a, b) => a - b);
  const shares = run.outcomes.flatMap((o) => o.metrics?.overheadShare ?? []).sort((a, b) => a - b);
  const middle = Math.floor(overheads.length / 2);
  const overhead =
    overheads.length === 0
      ? 'the engine does not say'
      : `${overheads[middle]!.toFixed(2)} ms a token over native decode (${(shares[middle]! * 100).toFixed(1)} %)`;
  return [
    candidateLabel(candidate),
    `Decode:   ${rateText(decodeTokensPerSecond!)}`,
    `Prefill:  ${rateText(prefillTokensPerSecond!)}   first token of ${run.plan.workloads.full.promptTokens}: ${formatDuration(ttftMs!.estimate)}`,
    ...(throughput ? [throughputLine(throughput)] : []),
    `Memory:   ${peakRssBytes === null ? 'unknown' : formatBytes(peakRssBytes)} at its peak`,
    `Harness:  ${overhead}`,
    `${trials} processes; files in ${relative('.', folder) || '.'}`,
  ].join('\n');
}

export const benchCommand = {
  command: 'bench',
  describe: 'Measure one configuration until its rate is known to ±2 %',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openContext(flags);
    const { run, folder } = await bench(flags, context);
    context.console.result(flags.json ? JSON.stringify(run.configurations[0], null, 2) : benchText(run, folder));
  },
};
