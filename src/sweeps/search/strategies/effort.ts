import { confirmTrials, FEWEST_PAIRS, usualConfirmTrials } from '../confirm.js';
import { MOST_PAIRS } from '../confirm-looks.js';
import type { Budget, Effort, SearchForecast, SearchOptions, Worth } from '../search-space.js';
import { costOf, fullTrialsIn } from './budget.js';

/** Sizes of the stages of model-race. `screen` and `refine` count short trials, the rest full ones. */
export type EffortPlan = {
  screen: number;
  refine: number;
  /** Points of a race of all of them, besides the default; of a screened one about as many meet. */
  finalists: number;
  /** Full trials of the race after a screen. */
  raceTrials: number;
  maxBlocks: number;
  /** The most pairs that confirm; clear ones end before. */
  confirmPairs: number;
  /** Configurations beside the first pairs. */
  references: number;
  worth?: Worth;
};

/** Replayed on synthetic machines: regret at most 3 % in 92, 95 and 100 % of the seeds (docs/search.md). */
export const EFFORTS: Record<Effort, EffortPlan> = {
  quick: {
    screen: 24,
    refine: 16,
    finalists: 8,
    raceTrials: 48,
    maxBlocks: 10,
    confirmPairs: MOST_PAIRS,
    references: 0,
  },
  default: {
    screen: 40,
    refine: 24,
    finalists: 10,
    raceTrials: 80,
    maxBlocks: 12,
    confirmPairs: MOST_PAIRS,
    references: 0,
  },
  thorough: {
    screen: 64,
    refine: 40,
    finalists: 12,
    raceTrials: 130,
    maxBlocks: 16,
    confirmPairs: MOST_PAIRS,
    references: 0,
  },
};

/** Points proposed between two fits of the model. */
export const REFINE_BATCH = 8;
/** Up to this many feasible points a model has nothing to save: all are raced. */
export const RACE_ALL_UP_TO = 40;
/** Under a budget fewer points race, not shorter: three blocks eliminate, the next three decide. */
const BLOCKS_TO_KEEP = 6;
/** In a small space fewer points teach the model as much: shares of the space, found by replay (docs/search.md). */
const SCREEN_SHARE = 0.3;
const REFINE_SHARE = 0.2;
const SMALLEST: EffortPlan = {
  screen: 8,
  refine: 0,
  finalists: 2,
  raceTrials: 9,
  maxBlocks: 3,
  confirmPairs: FEWEST_PAIRS,
  references: 0,
};

/** The plan for a space of `pointCount` feasible points, shrunk in all its parts until its expected cost fits the budget. */
export function planEffort(
  pointCount: number,
  { effort = 'default', budget }: SearchOptions,
  references = 0,
): EffortPlan {
  const fits = (plan: EffortPlan): boolean => !budget || costOf(forecastPlan(plan, pointCount), budget) <= budget.limit;
  for (let scale = 1; scale >= 0.1; scale -= 0.05) {
    const plan = shapes({ ...EFFORTS[effort], references }, pointCount, scale).find(fits);
    if (plan) return plan;
  }
  const smallest = bounded({ ...SMALLEST, references }, pointCount);
  if (fits(smallest)) return smallest;
  return thinPlans(pointCount).find(fits) ?? ratesPlan(pointCount, budget!);
}

/** Time of the smallest search that can be trusted, in the unit of the budget. */
export const smallestCost = (pointCount: number, references: number, budget: Budget): number =>
  costOf(forecastPlan(bounded({ ...SMALLEST, references }, pointCount), pointCount), budget);

/** A screen as large as fits, and the fewest pairs that give its best point an interval. */
function thinPlans(pointCount: number): EffortPlan[] {
  const thin: EffortPlan = { ...SMALLEST, screen: 0, finalists: 1, raceTrials: 2, maxBlocks: 1, worth: 'thin' };
  if (pointCount <= 2) return [thin];
  const most = Math.min(SMALLEST.screen, pointCount);
  return Array.from({ length: most - FEWEST_SCREENED + 1 }, (_, less) => ({ ...thin, screen: most - less }));
}

/** Below this many short trials a screen knows nothing of most points; the default is two of them. */
const FEWEST_SCREENED = 3;
/** More points than these are not worth a single trial each where nothing can be confirmed. */
const MOST_RATES = 4;

/** As many points as get two trials each, at least the default and one other: a comparison, if only one. */
function ratesPlan(pointCount: number, budget: Budget): EffortPlan {
  const affordable = Math.max(2, fullTrialsIn(budget));
  const points = Math.min(pointCount, MOST_RATES, Math.max(2, Math.floor(affordable / 2)));
  const maxBlocks = Math.max(1, Math.floor(affordable / points));
  return { ...SMALLEST, screen: 0, finalists: points - 1, maxBlocks, confirmPairs: 0, worth: 'rates' };
}

/** Racing every point comes first where the space is small; a screened search of the same scale is the fallback. */
function shapes(wanted: EffortPlan, pointCount: number, scale: number): EffortPlan[] {
  const screened = bounded(scaled(wanted, scale), pointCount);
  if (pointCount > RACE_ALL_UP_TO) return [screened];
  const raceAll = { ...screened, screen: 0, refine: 0, finalists: pointCount };
  return pointCount <= screened.finalists + 1 ? [raceAll] : [raceAll, screened];
}

const scaled = (plan: EffortPlan, scale: number): EffortPlan => ({
  ...plan,
  screen: Math.max(SMALLEST.screen, Math.round(plan.screen * scale)),
  refine: Math.round((plan.refine * scale) / REFINE_BATCH) * REFINE_BATCH,
  finalists: Math.max(SMALLEST.finalists, Math.round(plan.finalists * scale)),
  raceTrials: Math.max(SMALLEST.raceTrials, Math.round(plan.raceTrials * scale)),
  maxBlocks: Math.max(BLOCKS_TO_KEEP, Math.round(plan.maxBlocks * scale)),
  confirmPairs: Math.max(FEWEST_PAIRS, Math.round(plan.confirmPairs * Math.min(1, 2 * scale))),
});

const bounded = (plan: EffortPlan, pointCount: number): EffortPlan => ({
  ...plan,
  screen: Math.min(plan.screen, Math.max(SMALLEST.screen, Math.ceil(SCREEN_SHARE * pointCount))),
  refine: Math.min(plan.refine, Math.floor((REFINE_SHARE * pointCount) / REFINE_BATCH) * REFINE_BATCH),
  finalists: Math.min(plan.finalists, pointCount),
});

export function forecastPlan(plan: EffortPlan, pointCount: number): SearchForecast {
  const racers = Math.min(plan.finalists + 1, pointCount);
  const pairs = usualConfirmTrials(plan.confirmPairs, plan.references);
  const isScreened = plan.screen > 0;
  const racing = isScreened
    ? Math.round(plan.raceTrials * usedShare(plan.raceTrials, pointCount))
    : Math.round(racers * Math.min(plan.maxBlocks, expectedBlocks(racers / pointCount)));
  const racingAtMost = isScreened ? plan.raceTrials + OVERSHOOT : racers * plan.maxBlocks;
  return {
    short: plan.screen + plan.refine,
    full: racing + pairs,
    fullAtMost: racingAtMost + confirmTrials(plan.confirmPairs, plan.references),
    racers: plan.screen > 0 ? racers : null,
    confirming: pairs,
    worth: plan.worth,
  };
}

/**
 * Share of its trials that a race uses before it is settled, fitted to simulated races of 60, 120 and 1,000 points at every
 * effort (4 seeds each, 0.47 to 1): the more trials it may have and the smaller the space, the earlier it ends.
 */
const usedShare = (raceTrials: number, pointCount: number): number =>
  Math.min(1, Math.max(0.4, 0.92 - 0.37 * Math.log(raceTrials / 48) + 0.12 * Math.log(pointCount / 120)));
/** What the last block of a race may have beyond its trials. */
const OVERSHOOT = 6;

/**
 * Blocks a racer of a whole space runs on average, fitted to simulated races (scripts/replay-search.mjs): most of a whole space leaves at the
 * first elimination, while the best few of a large one are close and stay about twice as long.
 */
const expectedBlocks = (shareOfSpace: number): number => 3.4 + 2.8 * Math.exp(-7 * shareOfSpace);
