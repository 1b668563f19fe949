import { hodgesLehmann } from '../../stats/hodges-lehmann.js';
import { signedRankTest } from '../../stats/signed-rank.js';
import type { PairOrder } from './pair-order.js';

/** Level at which the second run of a pair counts as different from the first, whichever arm it is. */
const EVIDENT = 0.05;
/** With coins that fell more to one side than this, a share, the place in a pair cannot be told from the arm. */
const MOST_IMBALANCE = 0.4;
/** The centre takes imbalance² of a true loss with it: harmless for an alarm, but not for a pass. */
const MOST_CORRECTED_FOR_PASS = 0.2;
/** Five coins of six alike: a place that helps as much as the candidate has lost could not even be seen. */
const MOST_FOR_PASS = 0.5;

export type Corrected = {
  gains: readonly number[];
  /** False where the correction may have taken a part of a loss away. */
  mayPass: boolean;
};

/**
 * Gains without what only the place in a pair explains: a cold first run, a machine that alternates between two states. The
 * differences second run − first run know nothing of baseline and candidate, and neither does their centre, which is taken
 * away where it is evident. So each corrected gain is still as likely to have one sign as the other when nothing has changed,
 * and the coin alone still carries the test (a randomisation test of residuals; Rosenbaum 2002, Covariance adjustment in
 * randomized experiments). Null where the place is evident and the coins do not separate it from the arm: then there is
 * nothing to judge yet, which can only make alarms rarer.
 *
 * @param gains log-ratios, candidate over baseline, in the order measured
 * @param orders which came first in each pair; A is the baseline
 */
export function withoutPosition(gains: readonly number[], orders: readonly PairOrder[]): Corrected | null {
  const signs = orders.map((order) => (order === 'AB' ? 1 : -1));
  const imbalance = Math.abs(signs.reduce((sum, sign) => sum + sign, 0)) / signs.length;
  const seconds = gains.map((gain, i) => signs[i]! * gain);
  if (signedRankTest(seconds).pTwoSided > EVIDENT) return { gains, mayPass: imbalance <= MOST_FOR_PASS };
  if (imbalance > MOST_IMBALANCE) return null;
  const centre = hodgesLehmann(seconds);
  return { gains: gains.map((gain, i) => gain - signs[i]! * centre), mayPass: imbalance <= MOST_CORRECTED_FOR_PASS };
}
