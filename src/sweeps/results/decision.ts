import { candidateId, candidateLabel } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Metrics, Outcome } from '../../core/outcome.js';
import type { Choice, Configuration, Plan, Speedup } from '../../core/run-result.js';
import { formatChange } from '../../core/units.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import type { Confirmation } from '../search/confirm.js';
import type { Recommendation } from '../search/search-space.js';
import type { SearchResult } from '../search/strategy.js';
import { everyCandidate } from '../space/references.js';
import { rank } from './ranking.js';
import { pairedLogRatios } from './summarize.js';

function ratioOf(
  confirm: readonly Outcome[],
  ids: { candidate: string; reference: string },
  read: (m: Metrics) => number,
): Interval | null {
  const ratios = pairedLogRatios(confirm, ids, (o) => (o.metrics ? read(o.metrics) : null));
  return ratios.length > 0 ? ratioInterval(ratios) : null;
}

/** The published number: fresh pairs of the chosen against the default configuration, nothing that took part in the choice. */
function speedupOf(confirmation: Confirmation, outcomes: readonly Outcome[]): Speedup {
  const confirm = outcomes.filter((o) => o.phase === 'confirm');
  const ids = { candidate: confirmation.candidateId, reference: confirmation.defaultId };
  return {
    ratio: confirmation.ratio,
    decodeRatio: ratioOf(confirm, ids, (m) => m.decodeTokensPerSecond),
    prefillRatio: ratioOf(confirm, ids, (m) => m.prefillTokensPerSecond),
    pairs: confirmation.ratio.n,
    pValue: confirmation.pValue,
    minimumDetectable: confirmation.minimumDetectable,
    source: 'confirmation',
  };
}

const percent = (interval: Interval): string =>
  interval.low === null || interval.high === null
    ? `${formatChange(interval.estimate)} (too few pairs for an interval)`
    : `${formatChange(interval.estimate)} (${interval.level * 100} % interval ${formatChange(interval.low)} to ${formatChange(interval.high)}, ${interval.n} pairs)`;

function reasonOf(result: SearchResult, speedup: Speedup | null, plan: Plan, label: (id: string) => string): string {
  const because = result.recommendation!.because;
  if (because === 'default-is-best') return 'Keep the defaults: nothing else ran and kept the constraints.';
  if (because === 'too-little')
    return 'Too little was measured to recommend anything: the defaults stand, and the rates are what was measured.';
  if (because === 'default-not-viable')
    return 'The default configuration fails here or breaks a constraint, so there is nothing to compare with.';
  const tried = `${label(result.confirmation!.candidateId)} against the defaults: ${percent(speedup!.ratio)} on the ${plan.objective} objective`;
  if (because === 'faster') return `${tried}.`;
  if (because === 'loses-beside-others')
    return `Keep the defaults: ${tried}, but beside one busy process it loses more than that, and this machine is shared.`;
  return `Keep the defaults: ${tried}, which ${shortcoming(speedup!.ratio)}.`;
}

/** Why such a ratio is no claim. */
function shortcoming({ low, high }: Interval): string {
  if (high !== null && high < 1) return 'is slower';
  if (low !== null && low > 1) return 'is too little for a claim, since the pairs were looked at more than once';
  return 'does not exclude zero';
}

const VERDICTS: Record<Recommendation['because'], Choice['verdict']> = {
  faster: 'faster',
  'default-is-best': 'keep-default',
  'no-clear-gain': 'keep-default',
  'loses-beside-others': 'keep-default',
  'too-little': 'unconfirmed',
  'default-not-viable': 'unconfirmed',
};

/** What a decision rests on: the plan, the trials with those that do not count marked, and what they say. */
export type Evidence = { plan: Plan; outcomes: readonly Outcome[]; configurations: readonly Configuration[] };

/** The search's result as the decision of the run; null when nothing viable was found. */
export function decide(result: SearchResult | null, { plan, outcomes, configurations }: Evidence): Choice | null {
  if (!result?.choice || !result.recommendation) return null;
  const labels = new Map(everyCandidate(plan).map((c) => [candidateId(c), candidateLabel(c)]));
  const { confirmation, recommendation } = result;
  const speedup = confirmation ? speedupOf(confirmation, outcomes) : null;
  const standings = rank({ plan, outcomes, configurations }, recommendation.id);
  return {
    verdict: VERDICTS[recommendation.because],
    candidateId: recommendation.id,
    reason: reasonOf(result, speedup, plan, (id) => labels.get(id) ?? id),
    equals: standings.filter(({ place }) => place === 'equal').map((standing) => standing.candidateId),
    standings,
    comparedId: confirmation?.candidateId ?? null,
    speedup,
    // The model knows the speeds alone on the machine.
    probabilityNearBest: recommendation.because === 'loses-beside-others' ? null : result.probabilityNearBest,
  };
}
