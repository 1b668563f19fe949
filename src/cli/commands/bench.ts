import { relative } from 'node:path';
import type { Argv } from 'yargs';
import type { Against } from '../../core/against.js';
import { candidateLabel } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import { wholeFrom } from '../../core/parse.js';
import { formatBytes, formatDuration } from '../../core/units.js';
import { type BenchRequest, type BenchResult, bench } from '../../runs/bench/bench.js';
import { openExperiment } from '../experiment-context.js';
import { axisOptions, GROUPS, modelOptions, outputOptions, seedOption } from '../sweep/options.js';
import { rateText, throughputLine } from '../sweep/summary-text.js';

const builder = (yargs: Argv) =>
  outputOptions(measuringOptions(seedOption(axisOptions(modelOptions(yargs), 'knobs'), GROUPS.measuring)));

const measuringOptions = <T>(yargs: Argv<T>) =>
  yargs
    .option('request', {
      group: GROUPS.measuring,
      type: 'string',
      default: '128+1024',
      describe: 'Prompt + generated tokens of the declared request',
    })
    .option('trials', {
      group: GROUPS.measuring,
      type: 'number',
      coerce: wholeFrom('trials', 1),
      describe: 'Exactly so many trials',
      defaultDescription: 'until the 95 % interval is within ±2 %, 5 to 30',
    })
    .option('effort', {
      group: GROUPS.measuring,
      type: 'string',
      default: 'default',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'quick: pp128 + tg64, else pp512 + tg128',
    })
    .option('against', {
      group: GROUPS.measuring,
      type: 'string',
      describe:
        'Run this llama-bench, untuned, beside every trial on the same file and lengths, and print the ratio of the rates',
    });

type Flags = BenchRequest & { json: boolean; quiet?: boolean; home?: string };

function againstText({ pairs, decode, prefill }: Against): string {
  const { build, threads } = pairs[0]!.rival;
  const of = ({ estimate, low, high }: Interval): string =>
    `${estimate.toFixed(3)}${low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`}`;
  return (
    `Against:  decode ${of(decode)} and prefill ${of(prefill)} of the rate of llama-bench ${build}, ` +
    `untuned with ${threads} thread${threads === 1 ? '' : 's'}; ` +
    `${pairs.length} pair${pairs.length === 1 ? '' : 's'}${decode.low === null ? '; six are needed for an interval' : ', 95 % intervals'}`
  );
}

function benchText({ run, against, folder }: BenchResult): string {
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
    ...(against ? [againstText(against)] : []),
    `${trials} process${trials === 1 ? '' : 'es'}; files in ${relative('.', folder) || '.'}`,
  ].join('\n');
}

export const benchCommand = {
  command: 'bench',
  describe: 'Measure one configuration until its rate is known to ±2 %',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags);
    const result = await bench(flags, context);
    context.console.result(flags.json ? JSON.stringify(result.run.configurations[0], null, 2) : benchText(result));
  },
};
