import { randomStream, shuffled } from '../../core/random.js';
import { hodgesLehmann } from '../../stats/hodges-lehmann.js';
import { pairedBound } from '../../stats/paired-bound.js';
import { median } from '../../stats/sample.js';
import type { SearchLedger } from './search-ledger.js';
import type { SearchGenerator, TrialAsk, TrialResult } from './search-space.js';

export type RaceRecord = {
  /** Results by point, one a block it ran in. */
  runs: ReadonlyMap<string, readonly TrialResult[]>;
  /** Points still in at the end, best first. */
  survivors: readonly string[];
  eliminated: readonly { id: string; block: number; because: 'slower' | 'failed' | 'not-eligible' }[];
  blocks: number;
  /** `indifference`: no survivor can be more than the zone behind the leader. */
  stoppedBy: 'indifference' | 'one-left' | 'blocks' | 'budget' | 'none-left';
};

export type RacePlan = {
  ids: readonly string[];
  seed: number;
  maxBlocks: number;
  /** The number of the first block; a strategy of many races keeps counting. */
  firstBlock?: number;
  ledger: SearchLedger;
  /** Full trials the ledger must still hold after a block (the confirmation). */
  reserve: number;
  /** Run all blocks with every point that works, without elimination (an exhaustive grid). */
  keepsAll?: boolean;
};

/** A deficit that nobody would change a setting for; also the zone of ties in choose.ts. */
export const INDIFFERENCE_ZONE = 0.02;
/** Two values of a pair agree by luck too often: nobody leaves for being slow before the third block. */
const FIRST_ELIMINATION_BLOCK = 3;
const ELIMINATION_ALPHA = 0.05;

type Elimination = RaceRecord['eliminated'][number];

type RaceState = {
  runs: Map<string, TrialResult[]>;
  alive: string[];
  eliminated: Elimination[];
  blocks: number;
};

/**
 * Every live point once a block, in random order, so that drift and bursts strike all alike; from the third block a point
 * leaves when the paired bound shows it slower than the leader.
 */
export function* race(plan: RacePlan): SearchGenerator<RaceRecord> {
  const state: RaceState = {
    runs: new Map(plan.ids.map((id) => [id, []])),
    alive: [...plan.ids],
    eliminated: [],
    blocks: 0,
  };
  let stoppedBy: RaceRecord['stoppedBy'] | null = null;
  while (stoppedBy === null) {
    const block = (plan.firstBlock ?? 0) + state.blocks;
    const order = shuffled(state.alive, randomStream(plan.seed, `race-${block}`));
    const batch: TrialAsk[] = order.map((id) => ({ phase: 'race', block, id, fidelity: 'full' }));
    const results = yield batch;
    plan.ledger.pay(batch, results);
    record(state, results, block);
    const isSettled = !plan.keepsAll && dropSlower(state, block);
    stoppedBy = whyStop(state, plan, isSettled);
  }
  dropIneligible(state, 1);
  const { runs, eliminated, blocks } = state;
  return { runs, survivors: ranked(state.alive, runs), eliminated, blocks, stoppedBy };
}

function whyStop(state: RaceState, plan: RacePlan, isSettled: boolean): RaceRecord['stoppedBy'] | null {
  if (state.alive.length === 0) return 'none-left';
  if (state.alive.length === 1 && !plan.keepsAll) return 'one-left';
  if (isSettled) return 'indifference';
  if (state.blocks >= plan.maxBlocks) return 'blocks';
  return plan.ledger.affords(0, state.alive.length + plan.reserve) ? null : 'budget';
}

function drop(state: RaceState, ids: readonly string[], block: number, because: Elimination['because']): void {
  state.eliminated.push(...ids.map((id) => ({ id, block, because })));
  state.alive = state.alive.filter((id) => !ids.includes(id));
}

/** A failed trial ends the race of its point; a broken constraint does when most trials break it. */
function record(state: RaceState, results: readonly TrialResult[], block: number): void {
  for (const result of results) state.runs.get(result.id)!.push(result);
  state.blocks += 1;
  const failed = results.filter((r) => r.value === null).map((r) => r.id);
  drop(state, failed, block, 'failed');
  dropIneligible(state, FIRST_ELIMINATION_BLOCK);
}

function dropIneligible(state: RaceState, fromBlocks: number): void {
  const isOut = (id: string): boolean => {
    const own = state.runs.get(id)!;
    return own.length >= fromBlocks && 2 * own.filter((r) => r.isEligible === false).length > own.length;
  };
  const lastBlock = Math.max(0, ...[...state.runs.values()].flat().map((r) => r.block));
  drop(state, state.alive.filter(isOut), lastBlock, 'not-eligible');
}

/** Drops what is shown to be slower than the leader; true when no one left can be more than the zone behind. */
function dropSlower(state: RaceState, block: number): boolean {
  if (state.blocks < FIRST_ELIMINATION_BLOCK || state.alive.length < 2) return false;
  const [leader, ...others] = ranked(state.alive, state.runs);
  const best = logValues(state.runs, leader!);
  const deficits = others.map((id) => {
    const own = logValues(state.runs, id);
    const differences = best.map((value, i) => value - own[i]!);
    return { id, ...pairedBound(differences, ELIMINATION_ALPHA) };
  });
  const slower = deficits.filter((d) => d.lower > 0).map((d) => d.id);
  drop(state, slower, block, 'slower');
  return deficits.every((d) => d.lower > 0 || d.upper <= INDIFFERENCE_ZONE);
}

const logValues = (runs: RaceRecord['runs'], id: string): number[] => runs.get(id)!.map((r) => Math.log(r.value!));

/** Best first. The median of three blocks is safer than their Walsh median, which one bad value can still pull. */
function ranked(ids: readonly string[], runs: RaceRecord['runs']): string[] {
  const level = (id: string): number => {
    const values = logValues(runs, id);
    return values.length <= FIRST_ELIMINATION_BLOCK ? median(values) : hodgesLehmann(values);
  };
  return ids
    .map((id) => ({ id, level: level(id) }))
    .sort((a, b) => b.level - a.level)
    .map(({ id }) => id);
}
