import type { RaceChoice } from './choose.js';
import type { Confirmation } from './confirm.js';
import type { RaceRecord } from './race.js';
import type { DesignSpace, Recommendation, SearchForecast, SearchGenerator, SearchOptions } from './search-space.js';

/**
 * The seam of the search. A strategy is a generator: it yields batches of trials to run and is handed their results. It
 * draws only on the space, the seed and those results, so replaying a history from disk brings back the same state.
 */

export type SearchResult = {
  /** How the finalists compare; null when none gave an eligible number. */
  choice: RaceChoice | null;
  race: RaceRecord;
  /** Fresh pairs of the choice against the default: the only published speed-up. Null when there was nothing to compare. */
  confirmation: Confirmation | null;
  recommendation: Recommendation | null;
  /** Probability that the recommendation is within 2 % of the best of the space; null where nothing is recommended. */
  probabilityNearBest: number | null;
};

export type Strategy = {
  id: string;
  /** One sentence for --help. */
  summary: string;
  search(space: DesignSpace, options: SearchOptions): SearchGenerator<SearchResult>;
  forecast(space: DesignSpace, options: SearchOptions): SearchForecast;
};
