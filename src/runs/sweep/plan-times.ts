import { candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Plan } from '../../core/run-result.js';
import { objectiveValue, type Workload } from '../../core/workload.js';
import type { DesignSpace, SearchForecast } from '../../sweeps/search/search-space.js';
import { smallestCost } from '../../sweeps/search/strategies/effort.js';
import { strategyById } from '../../sweeps/search/strategies/index.js';
import { deadlineMs, expectedRates, expectedTrialMs, type Pilot } from '../../sweeps/search/time-plan.js';

export type TimeFacts = {
  pilots: readonly Pilot[];
  threadBudget: number;
  /** Time already spent of the budget, ms. */
  elapsedMs: number;
  sentinels: boolean;
  designOf: (plan: Plan) => DesignSpace;
};

/** Takes any budget, and does less with a small one. */
const DEFAULT_STRATEGY = 'model-race';
/** Kept back from the budget for writing the report. */
export const REPORT_MS = 8_000;
/** The sentinel reading after a full trial, which serves as the one before the next. */
const SENTINEL_MS = 600;
/** Disturbed blocks run again, for up to half of the planned trials: between 1 and 1.5, as near to both as can be. */
const REPEATS = Math.sqrt(1.5);
/** The size of the race decides what its trials cost, and their cost its size: this many rounds settle it. */
const ROUNDS = 3;

/** A trial at a fraction of its length; what is compared stays the same for all. */
function shortened(workload: Workload, share: number): Workload {
  const { streams } = workload;
  const fewer = (tokens: number, least: number): number => Math.max(least, Math.round(tokens * share));
  return {
    ...workload,
    promptTokens: fewer(workload.promptTokens, 32),
    generateTokens: fewer(workload.generateTokens, 24),
    ...(streams && { streams: { ...streams, generateTokens: fewer(streams.generateTokens, 24) } }),
  };
}

/** Lengths of trials to try when a budget is short: fewer tokens a trial before fewer trials. */
const LENGTHS = [1, 0.5, 0.25] as const;

const withLength = (plan: Plan, share: number): Plan => {
  const { short, full } = plan.workloads;
  return share === 1 ? plan : { ...plan, workloads: { short: shortened(short, share), full: shortened(full, share) } };
};

/** Best first: a search that can be trusted, be its trials short, before a thin one, and that before mere rates. */
const WORTHS = [undefined, 'thin', 'rates'] as const;

/** The plan of the most worth that the budget holds, of the longest trials that it holds it with; mere rates of the shortest. */
function mostWorth(plan: Plan, facts: TimeFacts): Plan | null {
  const plans = LENGTHS.flatMap((share) => timed(withLength(plan, share), facts) ?? []);
  const best = WORTHS.flatMap((worth) => plans.find(({ shortfall }) => shortfall?.worth === worth) ?? [])[0];
  return (best?.shortfall?.worth === 'rates' ? plans.at(-1) : best) ?? null;
}

/**
 * Plan with times: how long trials take, what the search may spend, what to expect. A budget is never refused here: what it
 * holds is done, and what that is worth is said.
 */
export function planTimes(plan: Plan, facts: TimeFacts): Plan {
  const asked = mostWorth(plan, facts);
  if (asked) return asked;
  const reason = `it does not fit the budget: ${DEFAULT_STRATEGY} does less with little time`;
  const excluded = [...plan.excluded, { axis: 'strategy', value: plan.strategy, reason, configurations: 0 }];
  return mostWorth({ ...plan, strategy: DEFAULT_STRATEGY, excluded }, facts)!;
}

export const searchOptions = (plan: Plan) => ({
  seed: plan.seed,
  effort: plan.effort,
  ...(plan.searchBudget ? { budget: plan.searchBudget } : {}),
});

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

type Costs = { short: number; full: (forecast: SearchForecast | null) => number };

/** Mean time of a trial of each kind, ms. Who is expected to be fast races longest, and what races decides what trials cost. */
function costsOf(plan: Plan, { pilots, threadBudget, sentinels }: TimeFacts): Costs {
  const standardId = candidateId(plan.defaultCandidate);
  const expected = plan.candidates
    .map((candidate) => {
      const rates = expectedRates(candidate, pilots, threadBudget);
      const trialMs = (workload: Workload): number => expectedTrialMs(candidate, workload, pilots, threadBudget);
      return {
        isDefault: candidateId(candidate) === standardId,
        value: rates ? objectiveValue(plan.objective, rates, plan.request) : 0,
        shortMs: trialMs(plan.workloads.short),
        fullMs: trialMs(plan.workloads.full) + (sentinels ? SENTINEL_MS : 0),
      };
    })
    .sort((a, b) => b.value - a.value);
  const all = mean(expected.map((e) => e.fullMs));
  const standard = expected.find((e) => e.isDefault)?.fullMs ?? all;
  return {
    short: mean(expected.map((e) => e.shortMs)),
    full(forecast) {
      if (!forecast) return all;
      const racing = forecast.racers === null ? all : mean(expected.slice(0, forecast.racers).map((e) => e.fullMs));
      const confirming = (expected[0]!.fullMs + standard) / 2;
      const share = forecast.confirming / forecast.full;
      return racing * (1 - share) + confirming * share;
    },
  };
}

/** null when the budget is too short for the strategy. */
function timed(plan: Plan, facts: TimeFacts): Plan | null {
  try {
    return timedPlan(plan, facts);
  } catch (error) {
    if (error instanceof R1Error && error.code === 'USAGE') return null;
    throw error;
  }
}

/** The race of the most promising point alone: the least that a full trial can cost on average. */
const FEWEST_RACE: SearchForecast = { short: 0, full: 1, fullAtMost: 1, racers: 1, confirming: 0 };

/** Budgets are told in steps that people give. */
const BUDGET_STEP_MS = 30_000;

/** The budget of the smallest search that can be trusted, with trials of this length. */
function neededMs(plan: Plan, design: DesignSpace, facts: TimeFacts): number {
  const { points, references = [] } = design;
  const all = facts.elapsedMs + REPORT_MS + smallestCost(points.length, references.length, plan.searchBudget!);
  return Math.ceil(all / BUDGET_STEP_MS) * BUDGET_STEP_MS;
}

/** Throws USAGE when the budget is too short for the strategy. */
function timedPlan(plan: Plan, facts: TimeFacts): Plan {
  const strategy = strategyById(plan.strategy);
  const costs = costsOf(plan, facts);
  const limit = plan.budgetMs === null ? null : Math.max(0, plan.budgetMs - facts.elapsedMs - REPORT_MS);
  const budgeted = (fullCost: number): Plan => ({
    ...plan,
    searchBudget: limit === null ? null : { limit, shortCost: costs.short, fullCost },
  });
  const forecastOf = (fullCost: number): SearchForecast => {
    const candidate = budgeted(fullCost);
    return strategy.forecast(facts.designOf(candidate), searchOptions(candidate));
  };
  const forecastOr = (fullCost: number, other: SearchForecast): SearchForecast => {
    try {
      return forecastOf(fullCost);
    } catch (error) {
      if (error instanceof R1Error) return other;
      throw error;
    }
  };
  let fullCost = costs.full(null);
  for (let round = 0; round < ROUNDS; round++) {
    const forecast = round > 0 ? forecastOf(fullCost) : forecastOr(fullCost, FEWEST_RACE);
    // Too dear when every point raced: the fewest that can race may still fit.
    fullCost = costs.full(round === 0 && forecast.worth ? FEWEST_RACE : forecast);
  }
  const forecast = forecastOf(fullCost);
  const expectedMs = forecast.short * costs.short + forecast.full * fullCost * (facts.sentinels ? REPEATS : 1);
  const planned = budgeted(fullCost);
  const { worth } = forecast;
  return {
    ...planned,
    ...(worth ? { shortfall: { worth, neededMs: neededMs(planned, facts.designOf(planned), facts) } } : {}),
    trialDeadlineMs: deadlineMs(Math.max(costs.short, fullCost)),
    expectedTrials: forecast.short + forecast.full,
    expectedMs: limit === null || worth === 'rates' ? expectedMs : Math.min(limit, expectedMs),
  };
}
