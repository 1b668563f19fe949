import { randomStream } from '../../../core/random.js';
import { median } from '../../../stats/sample.js';
import { choose, type RaceChoice } from '../choose.js';
import { confirm, recommend } from '../confirm.js';
import { openPosterior, probabilityWithin } from '../posterior.js';
import { INDIFFERENCE_ZONE, type RaceRecord } from '../race.js';
import type { SearchLedger } from '../search-ledger.js';
import type { DesignSpace, SearchGenerator, TrialResult } from '../search-space.js';
import type { SearchResult } from '../strategy.js';

/** The last two stages of every strategy: choose among the raced points, then confirm the choice with fresh pairs. */
export function* finish(
  space: DesignSpace,
  race: RaceRecord,
  plan: {
    seed: number;
    mostPairs: number;
    ledger: SearchLedger;
    references?: readonly string[];
    told?: readonly TrialResult[];
  },
): SearchGenerator<SearchResult> {
  const seen = [...(plan.told ?? []), ...[...race.runs.values()].flat()];
  const choice = choose(space, race);
  if (!choice) return { choice, race, confirmation: null, recommendation: null, probabilityNearBest: null };
  const { defaultId } = space;
  const isDefaultOut = race.eliminated.some((e) => e.id === defaultId && e.because !== 'slower');
  const candidateId = choice.winnerId === defaultId ? bestRival(choice, defaultId) : choice.winnerId;
  if (plan.mostPairs === 0 && !isDefaultOut)
    return {
      ...{ choice, race, confirmation: null, probabilityNearBest: null },
      recommendation: { id: defaultId, because: 'too-little' },
    };
  const confirmation =
    candidateId === null || isDefaultOut
      ? null
      : yield* noting(seen, confirm({ candidateId, defaultId, references: space.references ?? [], ...plan }));
  const recommendation = recommend(candidateId ?? defaultId, defaultId, confirmation);
  const probabilityNearBest = nearBest(space, seen, recommendation.id, plan.seed);
  return { choice, race, confirmation, recommendation, probabilityNearBest };
}

/** Keeps the results that a stage was told. */
function* noting<Result>(seen: TrialResult[], stage: SearchGenerator<Result>): SearchGenerator<Result> {
  let step = stage.next();
  while (!step.done) {
    const results = yield step.value;
    seen.push(...results);
    step = stage.next(results);
  }
  return step.value;
}

/** The model costs the cube of its trials: of an exhaustive grid only those of the fastest points are read. */
const MOST_READ = 160;

function fastest(seen: readonly TrialResult[]): readonly TrialResult[] {
  if (seen.length <= MOST_READ) return seen;
  const values = new Map<string, number[]>();
  for (const { id, value } of seen) if (value !== null) values.set(id, [...(values.get(id) ?? []), value]);
  const byMedian = [...values].sort((a, b) => median(b[1]) - median(a[1]));
  const kept = new Set<string>();
  let count = 0;
  for (const [id, own] of byMedian) {
    count += own.length;
    if (count <= MOST_READ) kept.add(id);
  }
  return seen.filter(({ id }) => kept.has(id));
}

/** By all trials, and over all points that did not fail or break a constraint, measured or not. */
export function nearBest(space: DesignSpace, seen: readonly TrialResult[], id: string, seed: number): number | null {
  const posterior = openPosterior(space)(fastest(seen));
  const out = new Set(seen.filter((r) => r.value === null || r.isEligible === false).map((r) => r.id));
  const open = space.points.flatMap((point, i) => (out.has(point.id) ? [] : [i]));
  const chosen = space.points.findIndex((point) => point.id === id);
  if (!posterior || chosen < 0) return null;
  return probabilityWithin(INDIFFERENCE_ZONE, posterior, open, chosen, randomStream(seed, 'near-best'));
}

/** "Keep the defaults" deserves its interval too: where the default wins the race, its best rival is confirmed against it. */
const bestRival = (choice: RaceChoice, defaultId: string): string | null =>
  choice.standings.find(({ id }) => id !== defaultId)?.id ?? null;
