import { usualConfirmTrials } from '../confirm.js';
import { MOST_PAIRS } from '../confirm-looks.js';
import { type RaceRecord, race } from '../race.js';
import { openSearchLedger } from '../search-ledger.js';
import type { DesignPoint, DesignSpace, SearchForecast, SearchOptions, TrialResult } from '../search-space.js';
import type { Strategy } from '../strategy.js';
import { budgetTooSmall, fullTrialsIn } from './budget.js';
import { finish } from './finish.js';

/** Two passes of races of at most eight blocks; replayed races of an axis end at about half of that (docs/search.md). */
const PASSES = 2;
const MAX_BLOCKS = 8;
const RACE_SHARE = 0.55;

const confirming = ({ references }: DesignSpace): number => usualConfirmTrials(MOST_PAIRS, references?.length ?? 0);

/** One axis at a time: race its levels with everything else held, move to the fastest, until a pass changes nothing. */
export const coordinateRace: Strategy = {
  id: 'coordinate-race',
  summary: 'race the levels of one axis after another, two passes, then confirm the end point',
  forecast,
  *search(space, options) {
    const { seed, budget } = options;
    forecast(space, options); // refuses a budget below one pass
    const ledger = openSearchLedger(budget);
    const races: RaceRecord[] = [];
    const reserve = confirming(space);
    let current = space.points.find((p) => p.id === space.defaultId)!;
    let firstBlock = 0;
    for (let pass = 0, hasMoved = true; pass < PASSES && hasMoved; pass++) {
      hasMoved = false;
      for (const axis of knobs(space)) {
        const ids = neighbours(space, current, axis).map((p) => p.id);
        if (ids.length < 2 || !ledger.affords(0, 3 * ids.length + reserve)) continue;
        const raced = yield* race({ ids, seed, maxBlocks: MAX_BLOCKS, firstBlock, ledger, reserve });
        races.push(raced);
        firstBlock += raced.blocks;
        const best = raced.survivors[0] ?? current.id;
        hasMoved ||= best !== current.id;
        current = space.points.find((p) => p.id === best)!;
      }
    }
    return yield* finish(space, metBy(current.id, races), { seed, mostPairs: MOST_PAIRS, ledger });
  },
};

const knobs = (space: DesignSpace): string[] =>
  space.axes.filter((axis) => axis.kind !== 'covariate').map((axis) => axis.name);

/** For each level of the axis the feasible point nearest to `current`: most often it differs in that axis alone. */
function neighbours(space: DesignSpace, current: DesignPoint, axis: string): DesignPoint[] {
  const others = knobs(space).filter((name) => name !== axis);
  const distance = (p: DesignPoint): number => others.filter((n) => p.levels[n] !== current.levels[n]).length;
  const nearest = new Map<string | number | undefined, DesignPoint>([[current.levels[axis], current]]);
  for (const point of space.points) {
    const known = nearest.get(point.levels[axis]);
    if (!known || distance(point) < distance(known)) nearest.set(point.levels[axis], point);
  }
  return [...nearest.values()];
}

/** The races the end point took part in, as one: only with those points does it share blocks. */
function metBy(id: string, races: readonly RaceRecord[]): RaceRecord {
  const met = races.filter((r) => r.runs.has(id));
  const runs = new Map<string, TrialResult[]>();
  for (const r of met) for (const [point, results] of r.runs) runs.set(point, [...(runs.get(point) ?? []), ...results]);
  const eliminated = met.flatMap((r) => r.eliminated.filter((e) => e.id !== id));
  const gone = new Set(eliminated.map((e) => e.id));
  const others = [...new Set(met.flatMap((r) => r.survivors))].filter((s) => s !== id && !gone.has(s));
  const stoppedBy = met.at(-1)?.stoppedBy ?? 'none-left';
  const blocks = races.reduce((sum, r) => sum + r.blocks, 0);
  const isAlive = met.at(-1)?.survivors.includes(id) ?? false;
  return { runs, survivors: isAlive ? [id, ...others] : [], eliminated, blocks, stoppedBy };
}

function forecast(space: DesignSpace, { budget }: SearchOptions): SearchForecast {
  const levels = knobs(space).map((name) => new Set(space.points.map((p) => p.levels[name])).size);
  const onePass = levels.filter((count) => count > 1).reduce((a, b) => a + b, 0) * MAX_BLOCKS;
  const confirm = confirming(space);
  const affordable = fullTrialsIn(budget);
  const least = Math.round(onePass * RACE_SHARE) + confirm;
  if (affordable < least) throw budgetTooSmall({ short: 0, full: least }, budget!);
  return {
    short: 0,
    full: Math.min(affordable, Math.round(onePass * PASSES * RACE_SHARE) + confirm),
    fullAtMost: Math.min(affordable, onePass * PASSES + confirm),
    racers: null,
    confirming: confirm,
  };
}
