import { randomStream, shuffled } from '../../../core/random.js';
import { usualConfirmTrials } from '../confirm.js';
import { race } from '../race.js';
import { openSearchLedger } from '../search-ledger.js';
import type { DesignSpace, SearchOptions } from '../search-space.js';
import type { Strategy } from '../strategy.js';
import { budgetTooSmall, fullTrialsIn } from './budget.js';
import { EFFORTS, type EffortPlan, forecastPlan } from './effort.js';
import { finish } from './finish.js';

/** Blocks an average point of a random sample stays in its race. */
const BLOCKS_EACH = 4;

/** As many random points as model-race would screen, all raced; fewer under a budget. */
function plan(space: DesignSpace, { effort = 'default', budget }: SearchOptions): EffortPlan {
  const wanted = EFFORTS[effort];
  const references = space.references?.length ?? 0;
  const confirming = usualConfirmTrials(wanted.confirmPairs, references);
  const affordable = Math.floor((fullTrialsIn(budget) - confirming) / BLOCKS_EACH) - 1;
  if (affordable < 1) throw budgetTooSmall({ short: 0, full: 2 * BLOCKS_EACH + confirming }, budget!);
  const finalists = Math.min(wanted.screen, space.points.length - 1, affordable);
  return { ...wanted, screen: 0, refine: 0, finalists, references };
}

/** A random sample and no model: what a search must beat to be worth its code. */
export const random: Strategy = {
  id: 'random',
  summary: 'race a random sample of the configurations against the default, then confirm the best',
  forecast: (space, options) => forecastPlan(plan(space, options), space.points.length),
  *search(space, options) {
    const { finalists, maxBlocks, confirmPairs, references } = plan(space, options);
    const ledger = openSearchLedger(options.budget);
    const others = space.points.map((p) => p.id).filter((id) => id !== space.defaultId);
    const sample = shuffled(others, randomStream(options.seed, 'random')).slice(0, finalists);
    const ids = [space.defaultId, ...sample];
    const raced = yield* race({
      ids,
      seed: options.seed,
      maxBlocks,
      ledger,
      reserve: usualConfirmTrials(confirmPairs, references),
    });
    return yield* finish(space, raced, { seed: options.seed, mostPairs: confirmPairs, ledger });
  },
};
