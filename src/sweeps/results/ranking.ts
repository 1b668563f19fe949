import type { Interval } from '../../core/interval.js';
import type { Outcome } from '../../core/outcome.js';
import type { Configuration, Plan, Standing } from '../../core/run-result.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import { rateInterval } from '../../stats/rate-interval.js';
import { FEWEST_PAIRS } from '../search/confirm.js';
import { INDIFFERENCE_ZONE } from '../search/race.js';
import { pairedLogRatios } from './summarize.js';
import { objectiveOf } from './trial-result.js';

/** Two blocks agree by luck too often: a configuration with fewer shared ones is not ranked. */
export const FEWEST_BLOCKS = 3;

/** From six pairs the exact interval; below it has no limits at 95 %, and Student's t on the logs stands in. */
export const intervalOfRatios = (logRatios: readonly number[]): Interval =>
  logRatios.length >= FEWEST_PAIRS ? ratioInterval(logRatios) : rateInterval(logRatios.map(Math.exp));

export type RankedRun = {
  plan: Plan;
  outcomes: readonly Outcome[];
  configurations: readonly Configuration[];
};

/** The default configuration over itself. */
const ITSELF: Interval = { estimate: 1, low: 1, high: 1, level: 0.95, n: 0 };

/** Limits of how many times as fast as the chosen one a configuration is; null where an interval has none. */
type Limits = { low: number | null; high: number | null };

const over = (a: Interval | null, b: Interval | null): Limits[] =>
  a?.low == null || a.high === null || b?.low == null || b.high === null
    ? []
    : [{ low: a.low / b.high, high: a.high / b.low }];

/**
 * Everything that the document says about how `one` compares with the chosen configuration: blocks that hold both, each
 * against the default, and their own rates. A place that one of these excludes would contradict it.
 */
function evidence(one: Configuration, chosen: Configuration, ratio: Interval | null): Limits[] {
  const againstDefault = (c: Configuration): Interval | null => (c.isDefault ? ITSELF : c.vsDefault);
  return [
    ...(ratio ? [ratio] : []),
    ...over(againstDefault(one), againstDefault(chosen)),
    ...over(one.objective, chosen.objective),
  ];
}

function placeOf(limits: readonly Limits[], blocks: number): Standing['place'] {
  if (blocks < FEWEST_BLOCKS) return 'not-ranked';
  const isWorse = limits.some(({ high }) => high !== null && high < 1 - INDIFFERENCE_ZONE);
  const isBetter = limits.some(({ low }) => low !== null && low > 1 / (1 - INDIFFERENCE_ZONE));
  if (isWorse && isBetter) return 'not-ranked';
  if (isWorse) return 'worse';
  return isBetter ? 'better' : 'equal';
}

/**
 * How every other configuration that keeps the constraints compares with the chosen one, best first, then those that were
 * not measured enough to rank.
 */
export function rank(run: RankedRun, chosenId: string): Standing[] {
  const chosen = run.configurations.find((c) => c.candidateId === chosenId);
  if (!chosen) return [];
  const others = run.configurations.filter((c) => c !== chosen && c.objective && c.meetsConstraints);
  const standings = others.map((one): Standing => {
    const ids = { candidate: one.candidateId, reference: chosenId };
    const logRatios = pairedLogRatios(run.outcomes, ids, (o) => objectiveOf(o, run.plan));
    const ratio = logRatios.length > 0 ? intervalOfRatios(logRatios) : null;
    const place = placeOf(evidence(one, chosen, ratio), logRatios.length);
    return { candidateId: one.candidateId, ratio, place };
  });
  const key = ({ place, ratio }: Standing): number => (place === 'not-ranked' ? 0 : ratio!.estimate);
  return standings.sort((a, b) => key(b) - key(a));
}
