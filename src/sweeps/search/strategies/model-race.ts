import { randomStream, shuffled } from '../../../core/random.js';
import { usualConfirmTrials } from '../confirm.js';
import { posteriorRace } from '../posterior-race.js';
import { race } from '../race.js';
import { openSearchLedger, type SearchLedger } from '../search-ledger.js';

import type { DesignSpace, Phase, SearchGenerator, SearchOptions, TrialAsk, TrialResult } from '../search-space.js';
import type { Strategy } from '../strategy.js';
import { type EffortPlan, forecastPlan, planEffort, REFINE_BATCH } from './effort.js';
import { finish } from './finish.js';
import { screenDesign } from './screen-design.js';
import { openSurrogate, type Surrogate, VIABLE } from './surrogate.js';

/** Screening comes in blocks this long, so that a budget is looked at in between. */
const SCREEN_BATCH = 10;

/** The default: a balanced screen, a ridge model that proposes more, a race of what may be the best, fresh pairs for the winner. */
export const modelRace: Strategy = {
  id: 'model-race',
  summary:
    'screen a balanced sample, fit a model, refine, race what may be the best in blocks, confirm with fresh pairs',
  forecast: (space, options) => forecastPlan(planFor(space, options), space.points.length),
  *search(space, options) {
    const plan = planFor(space, options);
    const ledger = openSearchLedger(options.budget);
    const { seed } = options;
    const mostPairs = plan.confirmPairs;
    const reserve = usualConfirmTrials(mostPairs, plan.references);
    const told = plan.screen === 0 ? [] : yield* lookAround(space, plan, seed, ledger);
    const raced =
      plan.screen === 0
        ? yield* race({ ids: unscreened(space, plan, seed), seed, maxBlocks: plan.maxBlocks, ledger, reserve })
        : yield* posteriorRace({ space, told, seed, trials: plan.raceTrials, ledger, reserve });
    const references = plan.references > 0 ? (space.references ?? []) : [];
    return yield* finish(space, raced, { seed, mostPairs, ledger, references, told });
  },
};

/** Who races without a screen: everything, or a balanced sample of so many points with the default. */
function unscreened({ points, axes, defaultId }: DesignSpace, plan: EffortPlan, seed: number): string[] {
  if (points.length <= plan.finalists + 1 || plan.worth !== 'rates') return points.map((p) => p.id);
  const others = { points: points.filter((p) => p.id !== defaultId), axes, defaultId };
  const picked = screenDesign(others, plan.finalists, randomStream(seed, 'rates'));
  return [defaultId, ...picked.map((i) => others.points[i]!.id)];
}

const planFor = (space: DesignSpace, options: SearchOptions): EffortPlan =>
  planEffort(space.points.length, options, space.references?.length ?? 0);

/** Short trials: a balanced sample, then the points that a model expects to be fast. */
function* lookAround(
  space: DesignSpace,
  plan: EffortPlan,
  seed: number,
  ledger: SearchLedger,
): SearchGenerator<TrialResult[]> {
  const results: TrialResult[] = [];
  const learn = openSurrogate(space);
  const canGoOn = (count: number): boolean =>
    ledger.affords(count, 3 * (plan.finalists + 1) + usualConfirmTrials(plan.confirmPairs, plan.references));
  let block = 0;
  const run = function* (phase: Phase, ids: readonly string[]): SearchGenerator<void> {
    const batch: TrialAsk[] = ids.map((id) => ({ phase, block, id, fidelity: 'short' }));
    const told = yield batch;
    ledger.pay(batch, told);
    results.push(...told);
    block += 1;
  };

  for (const ids of screenBatches(space, plan.screen, seed)) {
    if (block > 0 && !canGoOn(ids.length)) break;
    yield* run('screen', ids);
  }
  for (let left = plan.refine; left > 0; left -= REFINE_BATCH) {
    const seen = new Set(results.map((r) => r.id));
    const ids = propose(space, learn(results), seen, Math.min(left, REFINE_BATCH));
    if (ids.length === 0 || !canGoOn(ids.length)) break;
    yield* run('refine', shuffled(ids, randomStream(seed, `refine-${block}`)));
  }
  return results;
}

/** The default runs in the first and in the last batch: it anchors the scale at both ends. */
function screenBatches(space: DesignSpace, count: number, seed: number): string[][] {
  const random = randomStream(seed, 'screen');
  const picked = screenDesign(space, Math.max(1, count - 2), random).map((i) => space.points[i]!.id);
  const batches: string[][] = [];
  for (let from = 0; from < picked.length; from += SCREEN_BATCH) batches.push(picked.slice(from, from + SCREEN_BATCH));
  if (batches.length < 2) batches.push([]);
  batches[0] = shuffled([...batches[0]!, space.defaultId], random);
  batches[batches.length - 1] = shuffled([...batches.at(-1)!, space.defaultId], random);
  return batches;
}

/** The unseen points with the highest mean plus one standard deviation. */
function propose(space: DesignSpace, surrogate: Surrogate | null, seen: ReadonlySet<string>, count: number): string[] {
  if (!surrogate) return [];
  return bestIds(
    space,
    surrogate,
    (i) => surrogate.mean[i]! + surrogate.sd[i]!,
    count,
    (id) => !seen.has(id),
  );
}

function bestIds(
  space: DesignSpace,
  surrogate: Surrogate,
  score: (i: number) => number,
  count: number,
  isOpen: (id: string) => boolean,
): string[] {
  const isViable = (i: number): boolean => surrogate.viability[i]! >= VIABLE;
  return space.points
    .map((point, i) => ({ id: point.id, i, score: score(i) }))
    .filter(({ id }) => isOpen(id))
    .sort((a, b) => Number(isViable(b.i)) - Number(isViable(a.i)) || b.score - a.score)
    .slice(0, count)
    .map(({ id }) => id);
}
