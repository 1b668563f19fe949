import { STRATEGIES } from '../../../src/sweeps/search/strategies/index.js';
import { modelRace } from '../../../src/sweeps/search/strategies/model-race.js';
import { successiveHalving } from './baselines/successive-halving.js';
import { tpe } from './baselines/tpe.js';
import { readGrid, recordedWorld } from './recorded-grid.js';
import { type Contestant, contestant, score, scoreTable } from './replay.js';
import { adversarialWorld, syntheticWorld } from './synthetic-world.js';
import type { World } from './world.js';

const GRID_REPETITIONS = 5;

const contestants = (defaultTrials: number): Contestant[] => [
  ...STRATEGIES.filter((strategy) => strategy !== modelRace).map((strategy) => contestant(strategy)),
  successiveHalving(81),
  tpe(defaultTrials),
  contestant(modelRace, { effort: 'quick' }, 'model-race, quick'),
  contestant(modelRace, { effort: 'default' }, '**model-race, default**'),
  contestant(modelRace, { effort: 'thorough' }, 'model-race, thorough'),
];

/** One table a surface: every strategy played on it with `seeds` seeds. TPE is given the trials of the default search. */
export function replayTable(worlds: readonly World[], seeds: number): string {
  const gridTrials = GRID_REPETITIONS * (worlds.reduce((sum, w) => sum + w.truth.size, 0) / worlds.length);
  const own = score(contestant(modelRace), worlds, seeds);
  const scores = contestants(Math.round(own.meanTrials)).map((c) => score(c, worlds, seeds));
  return scoreTable(scores, gridTrials);
}

/** `replay-search.mjs [--seeds N] [GRID.json …]`: recorded grids when given, else the two synthetic surfaces. */
export function main(argv: readonly string[]): void {
  const at = argv.indexOf('--seeds');
  const seeds = at < 0 ? 200 : Number(argv[at + 1]);
  const files = argv.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  const print = (title: string, worlds: readonly World[]): void =>
    console.log(`### ${title}\n\n${replayTable(worlds, seeds)}\n`);

  for (const file of files) {
    const grid = readGrid(file);
    const world = recordedWorld(grid);
    print(`${grid.about} (${world.truth.size} configurations, ${seeds} seeds)`, [world]);
  }
  if (files.length > 0) return;
  const made = (make: (seed: number) => World): World[] => Array.from({ length: seeds }, (_, i) => make(i + 1));
  print(`Synthetic machines, a new one for each of ${seeds} seeds`, made(syntheticWorld));
  print(`Adversarial: one hidden three-way interaction of +35 %, ${seeds} seeds`, made(adversarialWorld));
}
