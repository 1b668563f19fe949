import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { type RacePlan, type RaceRecord, race } from '../../../../src/sweeps/search/race.js';
import { openSearchLedger } from '../../../../src/sweeps/search/search-ledger.js';
import type { TrialAsk, TrialResult } from '../../../../src/sweeps/search/search-space.js';

const PLAN: Omit<RacePlan, 'ids'> = { seed: 1, maxBlocks: 12, ledger: openSearchLedger(undefined), reserve: 0 };

/** Runs a race where the value of a point is its level with noise of `sd`, or null. */
function run(
  levels: Record<string, number | null>,
  sd = 0.02,
  plan: Partial<RacePlan> = {},
  judge: (r: TrialResult) => TrialResult = (r) => r,
) {
  const random = seededRandom(7);
  const batches: TrialAsk[][] = [];
  const generator = race({ ...PLAN, ids: Object.keys(levels), ...plan });
  let step = generator.next();
  while (!step.done) {
    batches.push(step.value);
    const results = step.value.map((ask) => {
      const level = levels[ask.id]!;
      return judge({ ...ask, value: level === null ? null : level * Math.exp(sd * gaussian(random)) });
    });
    step = generator.next(results);
  }
  return { record: step.value as RaceRecord, batches };
}

describe('race', () => {
  it('runs every live point once a block, in another order each time', () => {
    const { batches } = run({ a: 10, b: 10, c: 10, d: 10, e: 10 }, 0.1);
    expect(new Set(batches[0]!.map((t) => t.id)).size).toBe(5);
    const orders = new Set(batches.slice(0, 3).map((batch) => batch.map((t) => t.id).join()));
    expect(orders.size).toBe(3);
    expect(batches.flat().every((t) => t.phase === 'race' && t.fidelity === 'full')).toBe(true);
  });

  it('drops a slow point at the third block and not before', () => {
    const { record, batches } = run({ a: 10, b: 9.9, slow: 5 });
    expect(record.eliminated).toContainEqual({ id: 'slow', block: 2, because: 'slower' });
    expect(batches[2]!.map((t) => t.id)).toContain('slow');
    expect(batches[3]?.map((t) => t.id)).not.toContain('slow');
  });

  it('ends when one is left', () => {
    expect(run({ a: 10, b: 5 }).record).toMatchObject({ survivors: ['a'], stoppedBy: 'one-left', blocks: 3 });
  });

  it('ends when no survivor can be more than 2 % behind', () => {
    const { record } = run({ a: 10, b: 10.01 }, 0.002);
    expect(record.stoppedBy).toBe('indifference');
    expect(record.blocks).toBeLessThan(12);
    expect(record.survivors).toHaveLength(2);
  });

  it('ends at the last block when noise hides the rest', () => {
    expect(run({ a: 10, b: 9.7, c: 9.6 }, 0.15).record).toMatchObject({ stoppedBy: 'blocks', blocks: 12 });
  });

  it('takes a failed point out at once', () => {
    const { record } = run({ a: 10, broken: null, b: 9 });
    expect(record.eliminated).toContainEqual({ id: 'broken', block: 0, because: 'failed' });
    expect(record.runs.get('broken')).toHaveLength(1);
  });

  it('takes a point out when most of its trials break a constraint, and not for one', () => {
    const spoil = (bad: (block: number) => boolean) =>
      run({ a: 10, b: 9.9, c: 9.95 }, 0.02, {}, (r) => (r.id === 'b' && bad(r.block) ? { ...r, isEligible: false } : r))
        .record;
    expect(spoil(() => true).eliminated).toContainEqual({ id: 'b', block: 2, because: 'not-eligible' });
    expect(spoil((block) => block === 0).survivors).toContain('b');
  });

  it('leaves no survivor that broke a constraint in the only block there was', () => {
    const judge = (r: TrialResult): TrialResult => ({ ...r, isEligible: r.id !== 'a' });
    expect(run({ a: 10, b: 9 }, 0.02, { maxBlocks: 1 }, judge).record.survivors).toEqual(['b']);
  });

  it('ends when all fail', () => {
    expect(run({ a: null, b: null }).record).toMatchObject({ survivors: [], stoppedBy: 'none-left', blocks: 1 });
  });

  it('stops before a block that would eat the reserve', () => {
    const ledger = openSearchLedger({ limit: 30, shortCost: 1, fullCost: 1 });
    const { record, batches } = run({ a: 10, b: 9.9, c: 9.8, d: 9.9 }, 0.2, { ledger, reserve: 12 });
    expect(record.stoppedBy).toBe('budget');
    expect(batches.flat().length).toBeLessThanOrEqual(18);
  });

  it('keeps everything when told to', () => {
    const { record } = run({ a: 10, slow: 1 }, 0.02, { keepsAll: true, maxBlocks: 5 });
    expect(record).toMatchObject({ stoppedBy: 'blocks', blocks: 5, eliminated: [] });
  });
});
