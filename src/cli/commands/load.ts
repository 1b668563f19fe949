import type { Argv } from 'yargs';
import { EXIT, R1Error } from '../../core/errors.js';
import { parseCounts } from '../../core/parse.js';
import { randomStream } from '../../core/random.js';
import { parseDurationMs } from '../../core/units.js';
import { systemClock } from '../../runs/clock.js';
import { drawSeed } from '../../runs/draw-seed.js';
import { type LoadSummary, type Slo, summarize } from '../../runs/load/summarize.js';
import { findTarget } from '../../runs/load/target.js';
import type { Exchange } from '../../serve/load/exchange.js';
import { askOnce, closedLoop, type LoadPlan, openLoop } from '../../serve/load/loops.js';
import { randomPrompt, wordsOfTokens } from '../../serve/load/questions.js';
import type { Console } from '../console.js';
import { openConsole } from '../console.js';
import { summaryTable, TABLE_NOTE } from '../load/table.js';

type LoadFlags = {
  url: string;
  model?: string;
  keyFile?: string;
  concurrency?: string;
  rate?: string;
  duration: string;
  warmUp: number;
  promptTokens: number;
  maxTokens: number;
  temperature: number;
  ignoreEos: boolean;
  sloTtft?: string;
  sloTpot?: string;
  seed?: number;
  json: boolean;
  quiet?: boolean;
};

const GRACE_MS = 60_000;

export const loadCommand = {
  command: 'load',
  describe: 'Load a running server and measure what its clients see',
  builder: (yargs: Argv) =>
    yargs
      .option('url', { type: 'string', demandOption: true, describe: 'The server, for example http://127.0.0.1:7860' })
      .option('model', { type: 'string', describe: 'Name of the model (the first one the server lists)' })
      .option('key-file', { type: 'string', describe: 'File whose first line is the API key' })
      .option('concurrency', { type: 'string', describe: 'Closed loop: numbers of clients, for example 1,2,4 (1)' })
      .option('rate', { type: 'string', describe: 'Open loop: requests a second, for example 0.5,1' })
      .option('duration', { type: 'string', default: '60s', describe: 'Time of each level' })
      .option('warm-up', { type: 'number', default: 1, describe: 'Requests before the first level, not counted' })
      .option('prompt-tokens', { type: 'number', default: 128, describe: 'Tokens of a prompt, about' })
      .option('max-tokens', { type: 'number', default: 128, describe: 'Most tokens of an answer' })
      .option('temperature', { type: 'number', default: 0, describe: 'Temperature' })
      .option('ignore-eos', {
        type: 'boolean',
        default: false,
        describe: 'Always --max-tokens tokens, where the server can',
      })
      .option('slo-ttft', {
        type: 'string',
        describe: 'Objective for the goodput: time to first token, for example 2s',
      })
      .option('slo-tpot', { type: 'string', describe: 'Objective for the goodput: time a token, for example 100ms' })
      .option('seed', {
        type: 'number',
        describe: 'Seed of prompts and arrivals, to replay a load (default: drawn, and told)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
      .conflicts('rate', 'concurrency'),
  handler: async (asked: LoadFlags): Promise<void> => {
    // With one seed for all, the second load of a server would ask what its cache still holds.
    const flags = { ...asked, seed: asked.seed ?? drawSeed() };
    const terminal = openConsole({ quiet: flags.quiet ?? false });
    const levels = levelsOf(flags);
    const slo = sloOf(flags);
    const plan = await planOf(flags);
    for (let i = 0; i < flags.warmUp; i++) await askOnce(plan);
    const summaries: LoadSummary[] = [];
    for (const { name, run } of levels) {
      terminal.progress(`${name}, ${flags.duration} …`);
      summaries.push(summarize(name, await run(plan), slo));
    }
    terminal.endProgress();
    terminal.result(
      flags.json
        ? JSON.stringify({ url: flags.url, seed: flags.seed, slo, levels: summaries }, null, 2)
        : report(summaries),
    );
    if (!flags.json) terminal.note(`Prompts and arrivals again: --seed ${flags.seed}`);
    if (summaries.every(({ completed }) => completed === 0)) noneCompleted(terminal);
  },
};

type SeededFlags = LoadFlags & { seed: number };

type Level = { name: string; run: (plan: LoadPlan) => Promise<Exchange[]> };

function levelsOf({ rate, concurrency, seed }: SeededFlags): Level[] {
  if (rate === undefined)
    return parseCounts('concurrency', concurrency ?? '1').map((clients) => ({
      name: `${clients} client${clients === 1 ? '' : 's'}`,
      run: (plan) => closedLoop(plan, clients),
    }));
  return rate.split(',').map((text) => {
    const perSecond = Number(text);
    if (!(perSecond > 0 && perSecond <= 10_000))
      throw new R1Error('USAGE', `--rate: "${text}" is not valid; expected requests a second, for example 0.5 or 2.`);
    return {
      name: `${perSecond} requests/s`,
      run: (plan) => openLoop(plan, perSecond, randomStream(seed, `arrivals ${text}`)),
    };
  });
}

const sloOf = ({ sloTtft, sloTpot }: LoadFlags): Slo => ({
  ttftMs: sloTtft === undefined ? null : parseDurationMs(sloTtft),
  tpotMs: sloTpot === undefined ? null : parseDurationMs(sloTpot),
});

async function planOf(flags: SeededFlags): Promise<LoadPlan> {
  const { promptTokens, maxTokens, temperature, ignoreEos } = flags;
  for (const [flag, value] of [
    ['prompt-tokens', promptTokens],
    ['max-tokens', maxTokens],
  ] as const)
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new R1Error('USAGE', `--${flag}: "${value}" is not valid; expected one whole number from 1 on.`);
  const target = await findTarget(flags.url, flags.model, flags.keyFile);
  const words = await wordsOfTokens(target, systemClock, randomStream(flags.seed, 'counted prompts'), promptTokens);
  const random = randomStream(flags.seed, 'prompts');
  return {
    target,
    nextQuestion: () => ({ prompt: randomPrompt(random, words), maxTokens, temperature, ignoreEos }),
    durationMs: parseDurationMs(flags.duration),
    graceMs: GRACE_MS,
    clock: systemClock,
  };
}

const report = (summaries: readonly LoadSummary[]): string => [...summaries.map(summaryTable), TABLE_NOTE].join('\n');

function noneCompleted(terminal: Console): void {
  terminal.note('No request was completed.');
  process.exitCode = EXIT.negative;
}
