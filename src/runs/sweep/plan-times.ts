import { candidateId } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Plan } from '../../core/run-result.js';
import { objectiveValue, type Workload } from '../../core/workload.js';
import type { DesignSpace, SearchForecast } from '../../sweeps/search-space.js';
import { strategyById } from '../../sweeps/strategies/index.js';
import { deadlineMs, expectedRates, expectedTrialMs, type Pilot } from '../../sweeps/time-plan.js';

export type TimeFacts = {
  pilots: readonly Pilot[];
  threadBudget: number;
  /** Time already spent of the budget, ms. */
  elapsedMs: number;
  sentinels: boolean;
  designOf: (plan: Plan) => DesignSpace;
};

/** Kept back from the budget for writing the report. */
const REPORT_MS = 8_000;
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

/** Plan with times: how long trials take, what the search may spend, what to expect. */
export function planTimes(plan: Plan, facts: TimeFacts): Plan {
  let failure: unknown;
  for (const share of LENGTHS) {
    const { short, full } = plan.workloads;
    const workloads = share === 1 ? { short, full } : { short: shortened(short, share), full: shortened(full, share) };
    try {
      return timed({ ...plan, workloads }, facts);
    } catch (error) {
      if (!(error instanceof R1Error) || error.code !== 'USAGE') throw error;
      failure = error;
    }
  }
  throw failure;
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

/** Throws USAGE when the budget is too short for any search that can be trusted. */
function timed(plan: Plan, facts: TimeFacts): Plan {
  const strategy = strategyById(plan.strategy);
  const costs = costsOf(plan, facts);
  const limit = plan.budgetMs === null ? null : plan.budgetMs - facts.elapsedMs - REPORT_MS;
  const budgeted = (fullCost: number): Plan => ({
    ...plan,
    searchBudget: limit === null ? null : { limit, shortCost: costs.short, fullCost },
  });
  const forecastOf = (fullCost: number): SearchForecast => {
    const candidate = budgeted(fullCost);
    return strategy.forecast(facts.designOf(candidate), searchOptions(candidate));
  };
  let fullCost = costs.full(null);
  for (let round = 0; round < ROUNDS; round++) {
    try {
      fullCost = costs.full(forecastOf(fullCost));
    } catch (error) {
      // Too dear when every point raced: the fewest that can race may still fit.
      if (round > 0 || !(error instanceof R1Error)) throw error;
      fullCost = costs.full({ short: 0, full: 1, fullAtMost: 1, racers: 1, confirming: 0 });
    }
  }
  const forecast = forecastOf(fullCost);
  const expectedMs = forecast.short * costs.short + forecast.full * fullCost * (facts.sentinels ? REPEATS : 1);
  return {
    ...budgeted(fullCost),
    trialDeadlineMs: deadlineMs(Math.max(costs.short, fullCost)),
    expectedTrials: forecast.short + forecast.full,
    expectedMs: limit === null ? expectedMs : Math.min(limit, expectedMs),
  };
}
