import { openPurse } from '../purse.js';
import { race } from '../race.js';
import type { SearchForecast, Strategy } from '../strategy.js';
import { finish } from './finish.js';

/** Repetitions of each point, in interleaved blocks. */
const REPETITIONS = 5;
const CONFIRM_PAIRS = 10;

const forecast = (pointCount: number): SearchForecast => {
  const full = pointCount * REPETITIONS + 2 * CONFIRM_PAIRS;
  return { short: 0, full, fullAtMost: full };
};

/** Everything, five times: the yardstick for small spaces and for recording a grid. Costs the most and is not the surest. */
export const grid: Strategy = {
  id: 'grid',
  summary: 'measure every feasible configuration five times in interleaved blocks, then confirm the best',
  forecast: (space) => forecast(space.points.length),
  *search(space, { seed, budget }) {
    const purse = openPurse(budget);
    const ids = space.points.map((p) => p.id);
    const raced = yield* race({
      ids,
      seed,
      maxBlocks: REPETITIONS,
      purse,
      reserve: 2 * CONFIRM_PAIRS,
      keepsAll: true,
    });
    return yield* finish(space, raced, { seed, pairs: CONFIRM_PAIRS, purse });
  },
};
