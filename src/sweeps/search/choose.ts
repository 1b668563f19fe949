import { hodgesLehmann } from '../../stats/hodges-lehmann.js';
import { pairedBound } from '../../stats/paired-bound.js';
import { median } from '../../stats/sample.js';
import type { RaceRecord } from './race.js';
import { INDIFFERENCE_ZONE } from './race.js';
import type { DesignPoint, DesignSpace, TrialResult } from './search-space.js';

/** How far a raced point lies behind the fastest: shares (0.02 is 2 % slower), with 95 % bounds on each side. */
export type Standing = {
  id: string;
  /** Blocks shared with the leader. */
  blocks: number;
  /** Median objective over its trials, in the objective's unit. */
  value: number;
  deficit: number;
  deficitAtLeast: number;
  deficitAtMost: number;
};

export type TieBreak = 'quality' | 'cpu' | 'memory' | 'fewer-knobs' | 'default-backend' | 'stable-id';

export type RaceChoice = {
  winnerId: string;
  /** The fastest by estimate. */
  leaderId: string;
  /** What singled the winner out; null when it alone was inside the zone. */
  decidedBy: TieBreak | null;
  standings: Standing[];
};

/** Two medians of CPU time or memory closer than this are the same: both wander by a few per cent between processes. */
const SAME_WITHIN = 0.05;

/**
 * Constraints first (points that failed or broke one are out), then speed, then the tie-breaks in order. A tie must be
 * shown: only points whose deficit is surely inside the 2 % zone may displace the leader. Giving way to all that could not
 * be told apart would cost more speed than it saves knobs (docs/search.md). Null when nothing is eligible.
 */
export function choose(space: DesignSpace, race: RaceRecord): RaceChoice | null {
  const leaderId = race.survivors[0];
  if (leaderId === undefined) return null;
  const slower = race.eliminated.filter((e) => e.because === 'slower').map((e) => e.id);
  // Who never ran in a block with the leader cannot be compared with it.
  const leaderBlocks = new Set(race.runs.get(leaderId)!.map(({ block }) => block));
  const hasMet = (id: string): boolean => race.runs.get(id)!.some(({ block }) => leaderBlocks.has(block));
  const standings = [...race.survivors, ...slower]
    .filter(hasMet)
    .map((id) => standing(id, leaderId, race.runs))
    .sort((a, b) => a.deficit - b.deficit);
  const tied = standings.filter((s) => s.id === leaderId || s.deficitAtMost <= INDIFFERENCE_ZONE).map((s) => s.id);
  const { id: winnerId, decidedBy } = breakTie(tied, space, race.runs);
  return { winnerId, leaderId, decidedBy, standings };
}

function standing(id: string, leaderId: string, runs: RaceRecord['runs']): Standing {
  const own = runs.get(id)!;
  const best = new Map(runs.get(leaderId)!.map((r) => [r.block, r.value!]));
  const logDeficits = own.filter((r) => best.has(r.block)).map((r) => Math.log(best.get(r.block)! / r.value!));
  const bound = pairedBound(logDeficits, 0.05);
  const share = (log: number): number => -Math.expm1(-log);
  return {
    id,
    blocks: logDeficits.length,
    value: median(own.map((r) => r.value!)),
    deficit: id === leaderId ? 0 : share(hodgesLehmann(logDeficits)),
    deficitAtLeast: id === leaderId ? 0 : share(bound.lower),
    deficitAtMost: id === leaderId ? 0 : share(bound.upper),
  };
}

type Key = { name: TieBreak; keep: (ids: string[]) => string[] };

/** Filters one after another: each keeps the points that are as good as the best of those left. */
function breakTie(
  tied: string[],
  space: DesignSpace,
  runs: RaceRecord['runs'],
): { id: string; decidedBy: TieBreak | null } {
  let left = tied;
  let decidedBy: TieBreak | null = null;
  for (const key of tieBreaks(space, runs)) {
    if (left.length === 1) break;
    const kept = key.keep(left);
    if (kept.length < left.length) decidedBy = key.name;
    left = kept;
  }
  return { id: left[0]!, decidedBy };
}

function tieBreaks(space: DesignSpace, runs: RaceRecord['runs']): Key[] {
  const points = new Map(space.points.map((p) => [p.id, p]));
  const standard = points.get(space.defaultId)!;
  const of = (id: string): DesignPoint => points.get(id)!;
  const knobs = space.axes.filter((axis) => axis.kind !== 'covariate').map((axis) => axis.name);
  const changed = (id: string): number => knobs.filter((name) => of(id).levels[name] !== standard.levels[name]).length;
  const middle = (id: string, read: (r: TrialResult) => number | undefined): number | null => {
    const values = runs.get(id)!.flatMap((r) => read(r) ?? []);
    return values.length === 0 ? null : median(values);
  };
  return [
    { name: 'quality', keep: leastBy((id) => -(of(id).qualityTier ?? 0), 0) },
    { name: 'cpu', keep: leastBy((id) => middle(id, (r) => r.cpuSecondsPerToken), SAME_WITHIN) },
    { name: 'memory', keep: leastBy((id) => middle(id, (r) => r.peakRssBytes), SAME_WITHIN) },
    { name: 'fewer-knobs', keep: leastBy(changed, 0) },
    { name: 'default-backend', keep: leastBy((id) => Number(of(id).levels.backend !== standard.levels.backend), 0) },
    { name: 'stable-id', keep: (ids) => [...ids].sort().slice(0, 1) },
  ];
}

/** Keeps the ids whose cost is within `tolerance` of the least. A cost that is unknown for any of them decides nothing. */
function leastBy(cost: (id: string) => number | null, tolerance: number): (ids: string[]) => string[] {
  return (ids) => {
    const costs = ids.map(cost);
    if (costs.some((c) => c === null)) return ids;
    const least = Math.min(...(costs as number[]));
    return ids.filter((_, i) => costs[i]! <= least + tolerance * Math.abs(least));
  };
}
