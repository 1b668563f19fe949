import { randomStream, shuffled } from '../../core/random.js';
import { openPurse } from '../purse.js';
import { race } from '../race.js';
import type { DesignSpace, SearchOptions, Strategy } from '../strategy.js';
import { EFFORTS, type EffortPlan, forecastPlan } from './effort.js';
import { finish } from './finish.js';

/** As many random points as model-race would screen, all raced. */
function plan(space: DesignSpace, options: SearchOptions): EffortPlan {
  const effort = EFFORTS[options.effort ?? 'default'];
  return { ...effort, screen: 0, refine: 0, finalists: Math.min(effort.screen, space.points.length - 1) };
}

/** A random sample and no model: what a search must beat to be worth its code. */
export const random: Strategy = {
  id: 'random',
  summary: 'race a random sample of the configurations against the default, then confirm the best',
  forecast: (space, options) => forecastPlan(plan(space, options)),
  *search(space, options) {
    const { finalists, maxBlocks, confirmPairs } = plan(space, options);
    const purse = openPurse(options.budget);
    const others = space.points.map((p) => p.id).filter((id) => id !== space.defaultId);
    const sample = shuffled(others, randomStream(options.seed, 'random')).slice(0, finalists);
    const ids = [space.defaultId, ...sample];
    const raced = yield* race({ ids, seed: options.seed, maxBlocks, purse, reserve: 2 * confirmPairs });
    return yield* finish(space, raced, { seed: options.seed, pairs: confirmPairs, purse });
  },
};
