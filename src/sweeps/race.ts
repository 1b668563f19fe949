import { randomStream, shuffled } from '../core/random.js';
import type { Purse } from './purse.js';
import { hodgesLehmann } from './stats/hodges-lehmann.js';
import { pairedBound } from './stats/paired-bound.js';
import { median } from './stats/sample.js';
import type { SearchGenerator, TrialAsk, TrialResult } from './strategy.js';

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
  purse: Purse;
  /** Full trials the purse must still hold after a block (the confirmation). */
  reserve: number;
  /** Run all blocks with every point that works, without elimination (an exhaustive grid). */
  keepsAll?: boolean;
};

/** A deficit that nobody would change a setting for; also the zone of ties in choose.ts. */
export const INDIFFERENCE_ZONE = 0.02;
/** Two values of a pair agree by luck too often: no elimination before the third block. */
const FIRST_ELIMINATION_BLOCK = 3;
const ELIMINATION_ALPHA = 0.05;

/**
 * Every live point once a block, in random order, so that drift and bursts strike all alike; from the third block a point
 * leaves when the paired bound shows it slower than the leader.
 */
export function* race(plan: RacePlan): SearchGenerator<RaceRecord> {
  const first = plan.firstBlock ?? 0;
  const runs = new Map<string, TrialResult[]>(plan.ids.map((id) => [id, []]));
  const eliminated: RaceRecord['eliminated'][number][] = [];
  let alive = [...plan.ids];
  let done = 0;
  let stoppedBy: RaceRecord['stoppedBy'] = 'blocks';
  while (done < plan.maxBlocks) {
    if (done > 0 && !plan.purse.affords(0, alive.length + plan.reserve)) {
      stoppedBy = 'budget';
      break;
    }
    const block = first + done;
    const order = shuffled(alive, randomStream(plan.seed, `race-${block}`));
    const batch: TrialAsk[] = order.map((id) => ({ phase: 'race', block, id, fidelity: 'full' }));
    const results = yield batch;
    plan.purse.pay(batch, results);
    done += 1;
    for (const result of results) {
      runs.get(result.id)!.push(result);
      if (result.value === null) eliminated.push({ id: result.id, block, because: 'failed' });
      else if (result.isEligible === false) eliminated.push({ id: result.id, block, because: 'not-eligible' });
    }
    alive = alive.filter((id) => !eliminated.some((e) => e.id === id));
    const verdict = plan.keepsAll ? GO_ON : judge(alive, runs, done);
    for (const id of verdict.slower) eliminated.push({ id, block, because: 'slower' });
    alive = alive.filter((id) => !verdict.slower.includes(id));
    if (alive.length <= 1 || verdict.isSettled) {
      stoppedBy = alive.length === 0 ? 'none-left' : alive.length === 1 ? 'one-left' : 'indifference';
      break;
    }
  }
  return { runs, survivors: ranked(alive, runs), eliminated, blocks: done, stoppedBy };
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

const GO_ON: { slower: string[]; isSettled: boolean } = { slower: [], isSettled: false };

function judge(
  alive: readonly string[],
  runs: RaceRecord['runs'],
  done: number,
): { slower: string[]; isSettled: boolean } {
  if (done < FIRST_ELIMINATION_BLOCK || alive.length < 2) return GO_ON;
  const [leader, ...others] = ranked(alive, runs);
  const best = logValues(runs, leader!);
  const bounds = others.map((id) => {
    const own = logValues(runs, id);
    return {
      id,
      deficit: pairedBound(
        best.map((value, i) => value - own[i]!),
        ELIMINATION_ALPHA,
      ),
    };
  });
  const slower = bounds.filter(({ deficit }) => deficit.lower > 0).map(({ id }) => id);
  const rest = bounds.filter(({ deficit }) => deficit.lower <= 0);
  return { slower, isSettled: rest.every(({ deficit }) => deficit.upper <= INDIFFERENCE_ZONE) };
}
