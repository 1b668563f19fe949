import { parseArgs } from 'node:util';
import type { Effort } from '../../../src/sweeps/search/search-space.js';
import { STRATEGIES } from '../../../src/sweeps/search/strategies/index.js';
import { modelRace } from '../../../src/sweeps/search/strategies/model-race.js';
import { successiveHalving } from './baselines/successive-halving.js';
import { tpe } from './baselines/tpe.js';
import { readGrid, recordedWorld } from './recorded-grid.js';
import { type Contestant, contestant, score, scoreTable } from './replay.js';
import { budgetTable } from './servers/budgets.js';
import { SERVER_KINDS } from './servers/kinds.js';
import { ladderTable } from './servers/ladder.js';
import { serverTable } from './servers/table.js';
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

const EFFORTS: readonly Effort[] = ['default', 'thorough'];

/**
 * `replay-search.mjs [--seeds N] [--from SEED] [--servers [--effort E] [--kinds 0,2]] [--ladder] [--budgets] [GRID.json …]`: recorded grids when given,
 * simulated servers when asked for, else the two synthetic surfaces.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
      servers: { type: 'boolean', default: false },
      ladder: { type: 'boolean', default: false },
      budgets: { type: 'boolean', default: false },
      effort: { type: 'string' },
      kinds: { type: 'string', default: SERVER_KINDS.map((_, i) => i).join(',') },
    },
  });
  const seeds = Number(values.seeds);
  const print = (title: string, worlds: readonly World[]): void =>
    console.log(`### ${title}\n\n${replayTable(worlds, seeds)}\n`);

  for (const file of positionals) {
    const grid = readGrid(file);
    const world = recordedWorld(grid);
    print(`${grid.about} (${world.truth.size} configurations, ${seeds} seeds)`, [world]);
  }
  if (values.ladder) await ladderTable(seeds, console.log);
  if (values.budgets) await budgetTable(seeds, console.log);
  if (values.servers) {
    const efforts = values.effort ? [values.effort as Effort] : EFFORTS;
    const kinds = values.kinds.split(',').map(Number);
    await serverTable({ seeds, from: Number(values.from), efforts, kinds }, console.log);
  }
  if (positionals.length > 0 || values.servers || values.ladder || values.budgets) return;
  const made = (make: (seed: number) => World): World[] => Array.from({ length: seeds }, (_, i) => make(i + 1));
  print(`Synthetic machines, a new one for each of ${seeds} seeds`, made(syntheticWorld));
  print(`Adversarial: one hidden three-way interaction of +35 %, ${seeds} seeds`, made(adversarialWorld));
}
