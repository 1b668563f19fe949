import { R1Error } from '../../../core/errors.js';
import type { Budget, SearchForecast } from '../search-space.js';

/** What so many trials cost, in the unit of the budget. */
export const costOf = ({ short, full }: Pick<SearchForecast, 'short' | 'full'>, budget: Budget): number =>
  short * budget.shortCost + full * budget.fullCost;

/** Full trials a budget holds; Infinity without one. */
export const fullTrialsIn = (budget: Budget | undefined): number =>
  budget ? Math.floor(budget.limit / budget.fullCost) : Infinity;

/** Nothing is measured under a budget that cannot hold a search worth trusting: half of one would recommend noise. */
export function budgetTooSmall(least: Pick<SearchForecast, 'short' | 'full'>, budget: Budget): R1Error {
  const share = Math.floor((100 * budget.limit) / costOf(least, budget));
  return new R1Error(
    'USAGE',
    `The budget holds ${share} % of the smallest search that can be trusted here (${least.short} short and ${least.full} full trials).`,
    { fix: 'Raise --budget, narrow the axes, or measure one configuration with `r1-tune bench`.' },
  );
}
