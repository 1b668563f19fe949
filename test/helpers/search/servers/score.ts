import { longRunRate } from '../../../../src/stats/long-run-rate.js';
import { mean } from '../../../../src/stats/sample.js';
import type { Effort, Fidelity, TrialAsk } from '../../../../src/sweeps/search/search-space.js';
import { openSession } from '../../../../src/sweeps/search/session.js';
import { modelRace } from '../../../../src/sweeps/search/strategies/model-race.js';
import type { SearchResult } from '../../../../src/sweeps/search/strategy.js';
import { regret } from '../world.js';
import type { ServerKind } from './kinds.js';
import { flatWorld, type ServerWorld, serverWorld } from './world.js';

/** Seconds of one load of a 7B model from the page cache, and how much faster prefill is than decode. */
const LOAD_SECONDS = 12;
const PREFILL_RATIO = 15;
/** Tokens of a trial, warm-up included. */
const TOKENS: Record<Fidelity, { prompt: number; generated: number }> = {
  short: { prompt: 160, generated: 36 },
  full: { prompt: 544, generated: 136 },
};

type Told = { ask: TrialAsk; value: number };
type Played = { result: SearchResult; told: Told[]; seconds: number };

function play(world: ServerWorld, effort: Effort, seed: number): Played {
  const env = world.open(seed);
  const session = openSession(modelRace, world.space, { seed, effort });
  const told: Told[] = [];
  let seconds = 0;
  for (let batch = session.ask(); batch.length > 0; batch = session.ask())
    for (const ask of batch) {
      const value = env.run(ask.id, ask.fidelity).value!;
      const { prompt, generated } = TOKENS[ask.fidelity];
      seconds += LOAD_SECONDS + (prompt / PREFILL_RATIO + generated) / value;
      told.push({ ask, value });
      session.tell({ ...ask, value });
    }
  return { result: session.result!, told, seconds };
}

const holds = (interval: { low: number | null; high: number | null }, log: number): boolean =>
  interval.low !== null && interval.high !== null && Math.log(interval.low) <= log && log <= Math.log(interval.high);

/** What one search on one simulated server came to. */
export type ServerPlay = {
  points: number;
  /** Of the fastest raced point, and of what the user is told to run. */
  choiceRegret: number;
  regret: number;
  /** Log of the recommendation over the default. */
  gain: number;
  /** Whether the published speed-up and the expected rate hold the truth; null where none is published. */
  speedupHolds: boolean | null;
  rateHolds: boolean | null;
  rateBias: number;
  /** What the search says of its own recommendation. */
  probabilityNearBest: number;
  pairs: number;
  trials: number;
  minutes: number;
  /** Whether a gain was claimed on a copy of the server on which nothing is faster than the default. */
  isFalselyFaster: boolean;
};

export async function playServer(kind: ServerKind, effort: Effort, seed: number): Promise<ServerPlay> {
  const world = await serverWorld(kind, seed);
  const runSeed = seed + 1_000_003;
  const { result, told, seconds } = play(world, effort, runSeed);
  const { confirmation } = result;
  const id = result.recommendation!.id;
  const ratio = (one: string, other: string): number => world.truth.get(one)! - world.truth.get(other)!;
  const series = told.filter(({ ask }) => ask.phase === 'confirm' || (ask.phase === 'race' && ask.id !== id));
  const expected = longRunRate(
    series.map(({ ask, value }) => ({ arm: ask.id, rate: value })),
    id,
  );
  const flat = play(flatWorld(world), effort, runSeed).result.recommendation!;
  return {
    points: world.truth.size,
    choiceRegret: regret(world, result.choice!.winnerId),
    regret: regret(world, id),
    gain: ratio(id, world.space.defaultId),
    speedupHolds: confirmation && holds(confirmation.ratio, ratio(confirmation.candidateId, confirmation.defaultId)),
    rateHolds: confirmation && holds(expected, world.longRun(id, runSeed)),
    rateBias: Math.log(expected.estimate) - world.longRun(id, runSeed),
    probabilityNearBest: result.probabilityNearBest ?? 0,
    pairs: confirmation?.ratio.n ?? 0,
    trials: told.length,
    minutes: seconds / 60,
    isFalselyFaster: flat.because === 'faster',
  };
}

/** A loss below this is not worth a word. */
const WORSE = 0.005;

const percent = (share: number): string => (100 * share).toFixed(1);
const rate = (plays: readonly ServerPlay[], is: (play: ServerPlay) => boolean | null): string => {
  const answers = plays.map(is).filter((answer) => answer !== null);
  return percent(answers.filter(Boolean).length / answers.length);
};

const COLUMNS: readonly [string, (plays: readonly ServerPlay[]) => string][] = [
  ['points', (p) => mean(p.map((one) => one.points)).toFixed(0)],
  ['choice: P(regret ≤ 2 %)', (p) => rate(p, (one) => one.choiceRegret <= 0.02)],
  ['recommended: P(≤ 2 %)', (p) => rate(p, (one) => one.regret <= 0.02)],
  ['stated', (p) => percent(mean(p.map((one) => one.probabilityNearBest)))],
  ['P(≤ 3 %)', (p) => rate(p, (one) => one.regret <= 0.03)],
  ['worse than default', (p) => rate(p, (one) => one.gain < -WORSE)],
  ['false "faster"', (p) => rate(p, (one) => one.isFalselyFaster)],
  ['speed-up covers', (p) => rate(p, (one) => one.speedupHolds)],
  ['rate covers', (p) => rate(p, (one) => one.rateHolds)],
  ['rate bias', (p) => percent(mean(p.map((one) => one.rateBias)))],
  ['pairs', (p) => mean(p.map((one) => one.pairs)).toFixed(1)],
  ['trials', (p) => mean(p.map((one) => one.trials)).toFixed(0)],
  ['minutes', (p) => mean(p.map((one) => one.minutes)).toFixed(0)],
];

/** One row of what many plays came to; shares in %. */
export const scoreRow = (name: string, plays: readonly ServerPlay[]): string =>
  `| ${[name, ...COLUMNS.map(([, read]) => read(plays))].join(' | ')} |`;

export const scoreHead = (): string =>
  [
    `| server, effort | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
    `|---|${COLUMNS.map(() => '--:').join('|')}|`,
  ].join('\n');
