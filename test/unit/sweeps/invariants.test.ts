import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { type ParetoAxis, type ParetoPoint, paretoPlaces } from '../../../src/sweeps/results/pareto.js';
import { choose, type RaceChoice } from '../../../src/sweeps/search/choose.js';
import { INDIFFERENCE_ZONE, type RaceRecord, race } from '../../../src/sweeps/search/race.js';
import { openSearchLedger } from '../../../src/sweeps/search/search-ledger.js';
import type { DesignSpace, TrialAsk } from '../../../src/sweeps/search/search-space.js';

/** What holds for every race, choice and Pareto set, whatever the numbers. */

type World = { levels: number[]; sd: number; failing: boolean[]; breaking: boolean[]; seed: number; maxBlocks: number };

/** Numbers far enough apart that rounding in a logarithm cannot make two of them equal. */
const thousandths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 1000);

const world: fc.Arbitrary<World> = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.record({
    levels: fc.array(thousandths(1000, 100_000), { minLength: count, maxLength: count }),
    sd: thousandths(0, 300),
    failing: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    breaking: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    maxBlocks: fc.integer({ min: 1, max: 14 }),
  }),
);

const idOf = (i: number): string => `p${i}`;

/** A race of the world's points: a failing point fails in one trial of four, a breaking one breaks its constraint always. */
function run(w: World, factor = 1): { record: RaceRecord; asked: TrialAsk[][] } {
  const random = seededRandom(w.seed);
  const ids = w.levels.map((_, i) => idOf(i));
  const generator = race({
    ids,
    seed: w.seed,
    maxBlocks: w.maxBlocks,
    ledger: openSearchLedger(undefined),
    reserve: 0,
  });
  const asked: TrialAsk[][] = [];
  let step = generator.next();
  while (!step.done) {
    asked.push(step.value);
    step = generator.next(
      step.value.map((ask) => {
        const i = Number(ask.id.slice(1));
        const fails = w.failing[i]! && random() < 0.25;
        const value = factor * w.levels[i]! * Math.exp(w.sd * (random() - 0.5));
        return { ...ask, value: fails ? null : value, isEligible: !w.breaking[i]! };
      }),
    );
  }
  return { record: step.value as RaceRecord, asked };
}

const spaceOf = (w: World): DesignSpace => ({
  axes: [],
  points: w.levels.map((_, i) => ({ id: idOf(i), levels: {} })),
  defaultId: idOf(0),
});

describe('every race', () => {
  it('accounts for every point once, and ends within its blocks', () =>
    fc.assert(
      fc.property(world, (w) => {
        const { record, asked } = run(w);
        const ends = [...record.survivors, ...record.eliminated.map((e) => e.id)].sort();
        expect(ends).toEqual(w.levels.map((_, i) => idOf(i)).sort());
        expect(asked.length).toBeLessThanOrEqual(w.maxBlocks);
        expect(record.blocks).toBe(asked.length);
      }),
    ));

  it('measures each live point once a block, and no point after it left', () =>
    fc.assert(
      fc.property(world, (w) => {
        const { record, asked } = run(w);
        for (const [block, batch] of asked.entries()) {
          const ids = batch.map((ask) => ask.id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(batch.every((ask) => ask.block === block)).toBe(true);
        }
        for (const { id, block } of record.eliminated)
          for (const batch of asked.slice(block + 1)) expect(batch.map((ask) => ask.id)).not.toContain(id);
      }),
    ));

  it('keeps no point that failed or broke its constraint, and drops none as slower before the third block', () =>
    fc.assert(
      fc.property(world, (w) => {
        const { record } = run(w);
        for (const id of record.survivors) {
          const own = record.runs.get(id)!;
          expect(own.every((r) => r.value !== null)).toBe(true);
          expect(w.breaking[Number(id.slice(1))]).toBe(false);
        }
        for (const e of record.eliminated) if (e.because === 'slower') expect(e.block).toBeGreaterThanOrEqual(2);
      }),
    ));

  it('does not know units: all speeds doubled, the same points leave at the same blocks', () =>
    fc.assert(
      fc.property(world, (w) => {
        const [once, twice] = [run(w), run(w, 2)];
        expect(twice.record.eliminated).toEqual(once.record.eliminated);
        expect(twice.record.survivors).toEqual(once.record.survivors);
      }),
    ));
});

describe('every choice', () => {
  const chosen = (w: World): { choice: RaceChoice | null; record: RaceRecord } => {
    const { record } = run(w);
    return { choice: choose(spaceOf(w), record), record };
  };

  it('is a survivor, or shown to be within 2 % of the fastest; none where nobody is left', () =>
    fc.assert(
      fc.property(world, (w) => {
        const { choice, record } = chosen(w);
        if (record.survivors.length === 0) {
          expect(choice).toBeNull();
          return;
        }
        const { winnerId, leaderId, standings } = choice!;
        const winner = standings.find((s) => s.id === winnerId)!;
        expect(winnerId === leaderId || winner.deficitAtMost <= INDIFFERENCE_ZONE).toBe(true);
        expect(record.eliminated.some((e) => e.id === winnerId && e.because !== 'slower')).toBe(false);
      }),
    ));

  it('depends on no order of the points', () =>
    fc.assert(
      fc.property(world, (w) => {
        const { record, choice } = chosen(w);
        const space = spaceOf(w);
        const reversed = { ...space, points: [...space.points].reverse() };
        expect(choose(reversed, record)).toEqual(choice);
      }),
    ));
});

describe('every Pareto set', () => {
  const AXES: ParetoAxis[] = [
    { name: 'rate', better: 'higher' },
    { name: 'memory', better: 'lower' },
  ];
  const range = fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 6 }))
    .map(([low, width]) => ({ low, high: low + width }));
  const points: fc.Arbitrary<ParetoPoint[]> = fc
    .array(fc.record({ rate: range, memory: range }), { minLength: 1, maxLength: 10 })
    .map((all) => all.map((ranges, i) => ({ id: idOf(i), ranges })));

  it('leaves somebody undominated, and the order of points decides nothing', () =>
    fc.assert(
      fc.property(points, (all) => {
        const places = paretoPlaces(all, AXES);
        expect([...places.values()].some((place) => place !== 'dominated')).toBe(true);
        const reversed = paretoPlaces([...all].reverse(), AXES);
        for (const { id } of all) expect(reversed.get(id)).toBe(places.get(id));
      }),
    ));

  it('never drops a point whose best could beat all others on some axis, and never keeps one that is worse on all', () =>
    fc.assert(
      fc.property(points, (all) => {
        const places = paretoPlaces(all, AXES);
        const fastest = Math.max(...all.map((p) => p.ranges.rate!.high));
        for (const p of all) {
          const { rate, memory } = p.ranges;
          if (rate!.high === fastest && all.every((o) => o === p || o.ranges.rate!.low < fastest))
            expect(places.get(p.id)).not.toBe('dominated');
          const isBeaten = all.some((o) => o.ranges.rate!.low > rate!.high && o.ranges.memory!.high < memory!.low);
          if (isBeaten) expect(places.get(p.id)).toBe('dominated');
        }
      }),
    ));

  it('a point more never lifts another', () =>
    fc.assert(
      fc.property(points, range, range, (all, rate, memory) => {
        const rank = { dominated: 0, 'possibly-optimal': 1, optimal: 2, 'not-ranked': -1 };
        const before = paretoPlaces(all, AXES);
        const after = paretoPlaces([...all, { id: 'new', ranges: { rate, memory } }], AXES);
        for (const { id } of all) expect(rank[after.get(id)!]).toBeLessThanOrEqual(rank[before.get(id)!]);
      }),
    ));
});
