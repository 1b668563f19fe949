import { mean } from '../../../../src/stats/sample.js';
import { modelRace } from '../../../../src/sweeps/search/strategies/model-race.js';
import { playStrategy } from '../replay.js';
import { regret } from '../world.js';
import { SERVER_KINDS } from './kinds.js';
import { serverWorld } from './world.js';

const LIMITS = [16, 24, 36, 50, 70, 100, 150] as const;

/** `replay-search.mjs --budgets`: what a budget of so many trials, confirmation included, buys on simulated servers. */
export async function budgetTable(seeds: number, print: (line: string) => void): Promise<void> {
  print('| trials | P(regret ≤ 2 %) | mean regret | regret of the default |\n|--:|--:|--:|--:|');
  for (const limit of LIMITS) {
    const plays: { own: number; standard: number; trials: number }[] = [];
    for (const kind of SERVER_KINDS)
      for (let seed = 1; seed <= seeds; seed++) {
        const world = await serverWorld(kind, seed);
        const budget = { limit, shortCost: 1, fullCost: 1 };
        const { result, trials } = playStrategy(modelRace, world, { seed, budget }, seed + 2_000_003);
        plays.push({
          own: regret(world, result.recommendation!.id),
          standard: regret(world, world.space.defaultId),
          trials,
        });
      }
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const within = plays.filter(({ own }) => own <= 0.02).length / plays.length;
    const trials = mean(plays.map((p) => p.trials)).toFixed(0);
    print(
      `| ${[trials, percent(within), percent(mean(plays.map((p) => p.own))), percent(mean(plays.map((p) => p.standard)))].join(' | ')} |`,
    );
  }
}
