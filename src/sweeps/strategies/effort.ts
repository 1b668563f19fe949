import { R1Error } from '../../core/errors.js';
import { FEWEST_PAIRS } from '../confirm.js';
import type { Budget, Effort, SearchForecast, SearchOptions } from '../strategy.js';

/** Sizes of the stages of model-race. `screen` and `refine` count short trials, the rest full ones. */
export type EffortPlan = {
  screen: number;
  refine: number;
  finalists: number;
  maxBlocks: number;
  confirmPairs: number;
};

/** measurement.md, "Search": P(regret ≤ 2 %) about 90, 92 and 95 % on simulated machines. */
export const EFFORTS: Record<Effort, EffortPlan> = {
  quick: { screen: 24, refine: 16, finalists: 8, maxBlocks: 10, confirmPairs: 10 },
  default: { screen: 40, refine: 24, finalists: 10, maxBlocks: 12, confirmPairs: 10 },
  thorough: { screen: 64, refine: 40, finalists: 12, maxBlocks: 16, confirmPairs: 10 },
};

/** Points proposed between two fits of the model. */
export const REFINE_BATCH = 8;
/** Up to this many feasible points a model has nothing to save: all are raced. */
export const RACE_ALL_UP_TO = 40;
/** A race shorter than this eliminates nothing. */
const FEWEST_BLOCKS = 3;
/** Simulated races end after this share of points × blocks, by elimination and indifference (docs/search.md). */
const RACE_SHARE = 0.55;
const SMALLEST: EffortPlan = { screen: 8, refine: 0, finalists: 2, maxBlocks: 3, confirmPairs: FEWEST_PAIRS };

/** The plan for a space of `pointCount` feasible points, shrunk in all its parts until its expected cost fits the budget. */
export function planEffort(pointCount: number, options: SearchOptions): EffortPlan {
  const wanted = EFFORTS[options.effort ?? 'default'];
  for (let scale = 1; scale >= 0.1; scale -= 0.05) {
    for (const plan of shapes(wanted, pointCount, scale))
      if (!options.budget || costOf(plan, options.budget) <= options.budget.limit) return plan;
  }
  const smallest = bounded(SMALLEST, pointCount);
  const least = costOf(smallest, options.budget!);
  if (least <= options.budget!.limit) return smallest;
  throw new R1Error(
    'USAGE',
    `The budget allows ${options.budget!.limit}, and the smallest search that can be trusted costs ${Math.ceil(least)} in the same unit.`,
    { mend: 'Raise --budget, shorten the trials, or measure one configuration with `r1-tune bench`.' },
  );
}

/** Racing every point comes first where the space is small; a screened search of the same scale is the fallback. */
function shapes(wanted: EffortPlan, pointCount: number, scale: number): EffortPlan[] {
  const screened = bounded(scaled(wanted, scale), pointCount);
  if (pointCount > RACE_ALL_UP_TO) return [screened];
  const raceAll = { ...screened, screen: 0, refine: 0, finalists: pointCount };
  return pointCount <= screened.finalists + 1 ? [raceAll] : [raceAll, screened];
}

const scaled = (plan: EffortPlan, scale: number): EffortPlan => ({
  screen: Math.max(SMALLEST.screen, Math.round(plan.screen * scale)),
  refine: Math.round((plan.refine * scale) / REFINE_BATCH) * REFINE_BATCH,
  finalists: Math.max(SMALLEST.finalists, Math.round(plan.finalists * scale)),
  maxBlocks: Math.max(FEWEST_BLOCKS, Math.round(plan.maxBlocks * scale)),
  confirmPairs: Math.max(FEWEST_PAIRS, Math.round(plan.confirmPairs * Math.min(1, 2 * scale))),
});

const bounded = (plan: EffortPlan, pointCount: number): EffortPlan => ({
  ...plan,
  screen: Math.min(plan.screen, pointCount + 1),
  refine: Math.min(plan.refine, Math.max(0, pointCount - plan.screen)),
  finalists: Math.min(plan.finalists, pointCount),
});

export function forecastPlan(plan: EffortPlan): SearchForecast {
  const racers = plan.finalists + 1;
  const pairs = 2 * plan.confirmPairs;
  return {
    short: plan.screen + plan.refine,
    full: Math.round(Math.max(racers * FEWEST_BLOCKS, racers * plan.maxBlocks * RACE_SHARE)) + pairs,
    fullAtMost: racers * plan.maxBlocks + pairs,
  };
}

function costOf(plan: EffortPlan, budget: Budget): number {
  const { short, full } = forecastPlan(plan);
  return short * budget.shortCost + full * budget.fullCost;
}
