import { type Random, randomStream, shuffled } from '../../core/random.js';
import { expectedRegret, hopeful, openPosterior, type Posterior } from './posterior.js';
import type { RaceRecord } from './race.js';
import type { SearchLedger } from './search-ledger.js';
import type { DesignSpace, SearchGenerator, TrialAsk, TrialResult } from './search-space.js';
import { isViable, openSurrogate, VIABLE } from './strategies/surrogate.js';

/**
 * A race without fixed finalists: each block holds the point that looks best and others that may well be better, drawn by
 * how likely each is to be the best (top-two Thompson sampling, Russo 2016). Trials go where the decision is open.
 */
export type PosteriorRacePlan = {
  space: DesignSpace;
  /** Short results that came before. */
  told: readonly TrialResult[];
  seed: number;
  /** Full trials at most. */
  trials: number;
  ledger: SearchLedger;
  /** Full trials the ledger must still hold after a block (the confirmation). */
  reserve: number;
};

const LARGEST_BLOCK = 7;
const SMALLEST_BLOCK = 3;
/** Draws that name members: the fewer points can still be the best, the smaller the block. */
const DRAWS = 40;
/** The default runs in this many blocks, so that the report can compare; a point needs as many to be chosen. */
const FEWEST_BLOCKS = 3;
/** The race ends when the point that looks best is expected to be this close to the best, log units, after so many trials. */
const SETTLED = 0.0015;
const SETTLED_AFTER = 35;

type State = {
  plan: PosteriorRacePlan;
  runs: Map<string, TrialResult[]>;
  posterior: Posterior | null;
  /** Whether a point is expected to run and to keep the constraints. */
  isViable: (index: number) => boolean;
  random: Random;
};

export function* posteriorRace(plan: PosteriorRacePlan): SearchGenerator<RaceRecord> {
  const learn = openPosterior(plan.space);
  const expect = openSurrogate(plan.space);
  const viability = (results: readonly TrialResult[]): State['isViable'] => {
    const surrogate = results.every(isViable) ? null : expect(results);
    return (index) => surrogate === null || surrogate.viability[index]! >= VIABLE;
  };
  const random = randomStream(plan.seed, 'race');
  const state: State = {
    ...{ plan, random, runs: new Map() },
    posterior: learn(plan.told),
    isViable: viability(plan.told),
  };
  for (let block = 0; ; block++) {
    const ids = members(state, block);
    if (ids.length === 0) return recordOf(state, block, 'none-left');
    const batch: TrialAsk[] = shuffled(ids, random).map((id) => ({ phase: 'race', block, id, fidelity: 'full' }));
    const results = yield batch;
    plan.ledger.pay(batch, results);
    for (const r of results) state.runs.set(r.id, [...(state.runs.get(r.id) ?? []), r]);
    const seen = [...plan.told, ...done(state)];
    state.posterior = learn(seen);
    state.isViable = viability(seen);
    const stoppedBy = whyStop(state);
    if (stoppedBy) return recordOf(state, block + 1, stoppedBy);
  }
}

const done = ({ runs }: State): TrialResult[] => [...runs.values()].flat();

/** Why a point can no longer be chosen: a trial of it failed, or most of them broke a constraint. */
function whyOut({ plan, runs }: State, id: string): 'failed' | 'not-eligible' | null {
  const own = [...plan.told.filter((r) => r.id === id), ...(runs.get(id) ?? [])];
  if (own.some((r) => r.value === null)) return 'failed';
  return 2 * own.filter((r) => r.isEligible === false).length > own.length ? 'not-eligible' : null;
}

const openPoints = (state: State): number[] =>
  state.plan.space.points.flatMap(({ id }, i) => (whyOut(state, id) === null && state.isViable(i) ? [i] : []));

/** The leader, then the best of one draw after another, and the default in the first blocks. */
function members(state: State, block: number): string[] {
  const { plan, posterior, random } = state;
  const { points, defaultId } = plan.space;
  const size = Math.min(LARGEST_BLOCK, Math.max(2, Math.ceil(plan.trials / FEWEST_BLOCKS)));
  const pool = posterior ? hopeful(posterior, openPoints(state)) : [];
  const chosen = new Set<string>();
  if (block < FEWEST_BLOCKS && whyOut(state, defaultId) === null) chosen.add(defaultId);
  if (posterior && pool.length > 0) {
    chosen.add(points[leaderOf(posterior, pool)]!.id);
    const draw = posterior.draws(pool, random);
    for (let k = 0; chosen.size < size && k < DRAWS; k++) chosen.add(points[bestOf(pool, draw())]!.id);
    for (const i of pool) if (chosen.size < Math.min(size, SMALLEST_BLOCK)) chosen.add(points[i]!.id);
  }
  return [...chosen].slice(0, size);
}

const leaderOf = ({ mean }: Posterior, pool: readonly number[]): number =>
  pool.reduce((best, i) => (mean[i]! > mean[best]! ? i : best));

const bestOf = (pool: readonly number[], speeds: readonly number[]): number =>
  pool[speeds.indexOf(Math.max(...speeds))]!;

function whyStop(state: State): RaceRecord['stoppedBy'] | null {
  const { plan, posterior, random } = state;
  const count = done(state).length;
  if (count >= plan.trials) return 'blocks';
  if (!plan.ledger.affords(0, SMALLEST_BLOCK + plan.reserve)) return 'budget';
  if (count < SETTLED_AFTER || !posterior) return null;
  const pool = hopeful(posterior, openPoints(state));
  return pool.length > 0 && expectedRegret(posterior, pool, leaderOf(posterior, pool), random) < SETTLED
    ? 'indifference'
    : null;
}

/** Who was measured often enough may be chosen, the best by all trials first. */
function recordOf(state: State, blocks: number, stoppedBy: RaceRecord['stoppedBy']): RaceRecord {
  const { plan, runs, posterior } = state;
  const { points, defaultId } = plan.space;
  const meanOf = new Map(points.map(({ id }, i) => [id, posterior?.mean[i] ?? 0]));
  const able = [...runs.keys()].filter((id) => whyOut(state, id) === null);
  const fewest = Math.min(FEWEST_BLOCKS, Math.max(0, ...able.map((id) => runs.get(id)!.length)));
  const survivors = able.filter((id) => runs.get(id)!.length >= fewest).sort((a, b) => meanOf.get(b)! - meanOf.get(a)!);
  const eliminated = [...new Set([defaultId, ...runs.keys()])]
    .filter((id) => !survivors.includes(id) && (runs.has(id) || whyOut(state, id) !== null))
    .map((id) => ({
      ...{ id, block: runs.get(id)?.at(-1)?.block ?? 0 },
      because: whyOut(state, id) ?? ('slower' as const),
    }));
  return { runs, survivors, eliminated, blocks, stoppedBy };
}
