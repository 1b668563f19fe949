import { usualConfirmTrials } from '../confirm.js';
import { MOST_PAIRS } from '../confirm-looks.js';
import { race } from '../race.js';
import { openSearchLedger } from '../search-ledger.js';
import type { DesignSpace, SearchOptions } from '../search-space.js';
import type { Strategy } from '../strategy.js';
import { budgetTooSmall, fullTrialsIn } from './budget.js';
import { finish } from './finish.js';

/** Repetitions of each point, in interleaved blocks; fewer than three tell nothing apart. */
const REPETITIONS = 5;
const FEWEST_REPETITIONS = 3;

const confirming = ({ references }: DesignSpace): number => usualConfirmTrials(MOST_PAIRS, references?.length ?? 0);

function repetitions(space: DesignSpace, { budget }: SearchOptions): number {
  const points = space.points.length;
  const affordable = Math.floor((fullTrialsIn(budget) - confirming(space)) / points);
  if (affordable >= FEWEST_REPETITIONS) return Math.min(REPETITIONS, affordable);
  throw budgetTooSmall({ short: 0, full: points * FEWEST_REPETITIONS + confirming(space) }, budget!);
}

/** Everything, five times: the yardstick for small spaces and for recording a grid. Costs the most and is not the surest. */
export const grid: Strategy = {
  id: 'grid',
  summary: 'measure every feasible configuration five times in interleaved blocks, then confirm the best',
  forecast(space, options) {
    const full = space.points.length * repetitions(space, options) + confirming(space);
    return { short: 0, full, fullAtMost: full, racers: null, confirming: confirming(space) };
  },
  *search(space, options) {
    const { seed, budget } = options;
    const ledger = openSearchLedger(budget);
    const ids = space.points.map((p) => p.id);
    const maxBlocks = repetitions(space, options);
    const raced = yield* race({ ids, seed, maxBlocks, ledger, reserve: confirming(space), keepsAll: true });
    return yield* finish(space, raced, { seed, mostPairs: MOST_PAIRS, ledger });
  },
};
