import type { FactRow, Verdict } from '../../core/claims.js';
import { armOf, baseModel, seriesTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';
import type { Evidence } from '../evidence.js';
import { combine } from '../expectation.js';
import { medianOf, ttftProfile } from '../metrics.js';
import { findingText } from '../texts.js';

/** Enough that the claimed ten are followed by settled ones. */
const REQUESTS = 15;
/** "5–10 warm-up requests cure it". */
const CURE_REQUESTS = 10;
/** A request counts as settled when it and all later ones are within this share of the settled time. */
const SETTLED_SHARE = 0.05;

const trace = (facts: ClaimFacts) =>
  seriesTrace(facts, {
    requests: REQUESTS,
    promptTokens: { least: 16, most: 16 },
    generateTokens: { least: 2, most: 2 },
    sharedPrefixTokens: 0,
    reusesPrefix: false,
  });

const firstSlow = (arm: string): Comparison => ({
  name: `${arm}, first request over settled ones`,
  metric: 'firstOverSettled',
  arm,
  reference: null,
  expected: { kind: 'more' },
  decides: true,
});

/** Median over the processes of each request's time over the settled one. */
function profile(evidence: Evidence, arm: string): number[] {
  const profiles = evidence.trials(arm).map(ttftProfile);
  return (profiles[0] ?? []).map((_, n) => medianOf(profiles.map((p) => p[n]!))!);
}

/** Requests to send before all later ones are settled. */
export const warmUpRequests = (ratios: readonly number[]): number =>
  ratios.findLastIndex((ratio) => ratio > 1 + SETTLED_SHARE) + 1;

const single = (estimate: number, n: number) => ({ estimate, low: null, high: null, level: 0.95, n });

export const warmUp: Claim = {
  number: 7,
  id: 'warm-up',
  statement: 'The first requests are slow; 5 to 10 warm-up requests cure it.',
  sources: ['002'],
  rule:
    'Fifteen requests from a fresh process, with the model file in the page cache and dropped from it. It holds when the ' +
    'first token of the first request is shown to take longer than that of settled ones, and at most ten requests come ' +
    'before all others are within 5 % of these (medians over the processes).',
  design(facts) {
    const model = baseModel(facts);
    const reason = facts.controls.pageCache;
    const caches = reason === null ? (['warm', 'cold'] as const) : (['warm'] as const);
    const arms = caches.map((pageCache) =>
      armOf(`page cache ${pageCache}`, model, facts, { workload: trace(facts), conditions: { pageCache } }),
    );
    return {
      arms,
      comparisons: arms.map((arm) => firstSlow(arm.name)),
      levels: ['load', 'firstTtft', 'settledTtft'],
      notes: reason === null ? [] : [`A cold page cache cannot be tested: ${reason}`],
    };
  },
  conclude(evidence) {
    const needed = evidence.design.arms.map(({ name }) => warmUpRequests(profile(evidence, name)));
    const verdicts = evidence.contrasts.map(
      ({ verdict }, i): Verdict => (verdict === 'holds' && needed[i]! > CURE_REQUESTS ? 'does-not-hold' : verdict),
    );
    const facts = evidence.design.arms.map(
      ({ name }, i): FactRow => ({
        name: `${name}: requests until all later ones are settled`,
        unit: '',
        value: single(needed[i]!, evidence.trials(name).length),
        note: 'within 5 % of the last third, medians over the processes',
      }),
    );
    const settled = evidence.design.arms.map(({ name }, i) => `${needed[i]} with the ${name}`).join(', ');
    return {
      verdict: combine(verdicts),
      finding: `${findingText(evidence.contrasts)} Warm-up requests needed: ${settled}.`,
      facts,
    };
  },
};
