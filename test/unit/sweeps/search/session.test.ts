import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../../../../src/sweeps/search/search-space.js';
import { openSession } from '../../../../src/sweeps/search/session.js';
import { STRATEGIES, strategyById } from '../../../../src/sweeps/search/strategies/index.js';
import { modelRace } from '../../../../src/sweeps/search/strategies/model-race.js';
import { smallWorld } from '../../../helpers/search/synthetic-world.js';

const world = smallWorld(3, 60);

/** Plays to the end and keeps what was told. */
function play(strategy: (typeof STRATEGIES)[number], seed: number): TrialResult[] {
  const env = world.open(seed);
  const history: TrialResult[] = [];
  const session = openSession(strategy, world.space, { seed });
  for (let batch = session.ask(); batch.length > 0; batch = session.ask())
    for (const { phase, block, id, fidelity } of batch) {
      const result: TrialResult = { phase, block, id, value: env.run(id, fidelity).value };
      history.push(result);
      session.tell(result);
    }
  return history;
}

describe.each(STRATEGIES.map((s) => [s.id, s] as const))('%s', (_, strategy) => {
  const history = play(strategy, 11);
  const finished = openSession(strategy, world.space, { seed: 11 }, history);

  it('asks for the same trials with the same seed, and for others with another', () => {
    expect(play(strategy, 11)).toEqual(history);
    expect(play(strategy, 12)).not.toEqual(history);
  });

  it('replays a whole history to the same result', () => {
    expect(finished.ask()).toEqual([]);
    expect(finished.result?.recommendation).not.toBeNull();
    expect(finished.strayCount).toBe(0);
  });

  it('goes on where any cut history ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: history.length - 1 }), (cut) => {
        const resumed = openSession(strategy, world.space, { seed: 11 }, history.slice(0, cut));
        const [next] = resumed.ask();
        const { value: _, ...expected } = history[cut]!;
        expect(next).toMatchObject(expected);
        for (const result of history.slice(cut)) resumed.tell(result);
        expect(resumed.result).toEqual(finished.result);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('asks for no trial twice', () => {
    const keys = history.map(({ phase, block, id }) => `${phase} ${block} ${id}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('runs every trial with a point of the space', () => {
    const ids = new Set(world.space.points.map((p) => p.id));
    expect(history.every(({ id }) => ids.has(id))).toBe(true);
  });
});

describe('openSession', () => {
  it('counts results of another plan', () => {
    const stray: TrialResult = { phase: 'race', block: 99, id: 'nobody', value: 1 };
    expect(openSession(modelRace, world.space, { seed: 1 }, [stray]).strayCount).toBe(1);
  });

  it('takes the last result told before its batch is complete', () => {
    const session = openSession(modelRace, world.space, { seed: 1 });
    const [first] = session.ask();
    session.tell({ ...first!, value: 1 });
    session.tell({ ...first!, value: 2 });
    expect(session.strayCount).toBe(0);
    expect(session.ask()).not.toContainEqual(first);
  });
});

it('strategyById names what there is', () => {
  expect(strategyById('grid').id).toBe('grid');
  expect(() => strategyById('best')).toThrow(/model-race, coordinate-race, random, grid/);
});
