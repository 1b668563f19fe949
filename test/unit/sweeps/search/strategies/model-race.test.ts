import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../src/core/random.js';
import type {
  DesignPoint,
  SearchOptions,
  TrialAsk,
  TrialResult,
} from '../../../../../src/sweeps/search/search-space.js';
import { openSession } from '../../../../../src/sweeps/search/session.js';
import { modelRace } from '../../../../../src/sweeps/search/strategies/model-race.js';
import { screenDesign } from '../../../../../src/sweeps/search/strategies/screen-design.js';
import { repetitions } from '../../../../helpers/rates.js';
import { smallWorld, syntheticWorld } from '../../../../helpers/search/synthetic-world.js';
import type { World } from '../../../../helpers/search/world.js';

/** Plays model-race; `judge` may spoil a result. */
function play(world: World, options: SearchOptions, judge: (r: TrialResult, p: DesignPoint) => TrialResult = (r) => r) {
  const env = world.open(options.seed);
  const points = new Map(world.space.points.map((p) => [p.id, p]));
  const session = openSession(modelRace, world.space, options);
  const asked: TrialAsk[] = [];
  for (let batch = session.ask(); batch.length > 0; batch = session.ask())
    for (const ask of batch) {
      asked.push(ask);
      session.tell(judge({ ...ask, ...env.run(ask.id, ask.fidelity) }, points.get(ask.id)!));
    }
  return { result: session.result!, asked };
}

const phases = (asked: readonly TrialAsk[]): string[] => [...new Set(asked.map((a) => a.phase))];
const inPhase = (asked: readonly TrialAsk[], phase: string): TrialAsk[] => asked.filter((a) => a.phase === phase);

describe('the plan', () => {
  it('screens 40, refines 24 and races what may be the best of a large space, the default among them', () => {
    const { space } = syntheticWorld(2);
    const { asked } = play(syntheticWorld(2), { seed: 1 });
    expect(phases(asked)).toEqual(['screen', 'refine', 'race', 'confirm']);
    expect(inPhase(asked, 'screen')).toHaveLength(40);
    expect(inPhase(asked, 'refine')).toHaveLength(24);
    const finalists = new Set(inPhase(asked, 'race').map((a) => a.id));
    expect(finalists.size).toBeGreaterThanOrEqual(6);
    expect(inPhase(asked, 'race').length).toBeLessThanOrEqual(86);
    expect(finalists).toContain(space.defaultId);
    expect(inPhase(asked, 'screen').filter((a) => a.id === space.defaultId)).toHaveLength(2);
    expect(asked.every((a) => (a.fidelity === 'short') === ['screen', 'refine'].includes(a.phase))).toBe(true);
  });

  it('refines where the model expects the best, not at random', () => {
    const world = syntheticWorld(2);
    const { asked } = play(world, { seed: 1 });
    const medianTruth = (phase: string): number => {
      const truths = inPhase(asked, phase).map((a) => world.truth.get(a.id)!);
      return truths.sort((a, b) => a - b)[truths.length >> 1]!;
    };
    const best = Math.max(...world.truth.values());
    expect(medianTruth('refine')).toBeGreaterThan(best - 0.15);
    expect(medianTruth('screen')).toBeLessThan(best - 0.3);
  });

  it('races everything up to 40 feasible points', () => {
    const { asked } = play(smallWorld(1, 40), { seed: 1 });
    expect(phases(asked)[0]).toBe('race');
    expect(inPhase(asked, 'race').filter((a) => a.block === 0)).toHaveLength(40);
    expect(phases(play(smallWorld(1, 41), { seed: 1 }).asked)).toContain('screen');
  });

  it('works with the default alone', () => {
    const { result, asked } = play(smallWorld(1, 1), { seed: 1 });
    expect(asked).toHaveLength(1);
    expect(result.recommendation).toMatchObject({ because: 'default-is-best' });
  });

  it.each([undefined, 'quick', 'thorough'] as const)(
    'forecasts its trials within 25 %% (effort %s)',
    (effort) => {
      const seeds = Array.from({ length: repetitions(20, 6) }, (_, i) => i + 1);
      for (const pointCount of [24, 120, 1000]) {
        const ratios = seeds.map((seed) => {
          const world = smallWorld(seed, pointCount);
          const options = { seed, ...(effort ? { effort } : {}) };
          const { short, full, fullAtMost } = modelRace.forecast(world.space, options);
          const { asked, result } = play(world, options);
          expect(asked.length).toBeLessThanOrEqual(short + fullAtMost);
          // A search that ends with the default has nothing to confirm.
          const confirmed = result.confirmation ? 0 : 28;
          return (asked.length + confirmed) / (short + full);
        });
        const mean = ratios.reduce((a, b) => a + b, 0) / seeds.length;
        expect(mean, `${pointCount} points`).toBeGreaterThan(0.85);
        expect(mean, `${pointCount} points`).toBeLessThan(1.15);
        expect(ratios.filter((r) => r > 0.7 && r < 1.3).length).toBeGreaterThanOrEqual(0.8 * seeds.length);
      }
    },
    60_000,
  );
});

describe('a budget', () => {
  const budget = (limit: number) => ({ limit, shortCost: 20, fullCost: 60 });

  it.each([1800, 2400, 4000, 8000])('of %i s is kept, with at least six pairs to confirm', (limit) => {
    for (const seed of [1, 2, 3]) {
      const { asked, result } = play(syntheticWorld(seed), { seed, budget: budget(limit) });
      const spent = asked.reduce((sum, a) => sum + (a.fidelity === 'short' ? 20 : 60), 0);
      expect(spent).toBeLessThanOrEqual(limit);
      expect(spent).toBeGreaterThan(0.55 * limit - 1200);
      if (result.confirmation) expect(result.confirmation.ratio.n).toBeGreaterThanOrEqual(6);
    }
  });

  it('is kept when trials cost half as much again as planned', () => {
    const costly = (r: TrialResult): TrialResult => ({
      ...r,
      cost: r.phase === 'race' || r.phase === 'confirm' ? 90 : 30,
    });
    for (const seed of [1, 2, 3]) {
      const { asked } = play(syntheticWorld(seed), { seed, budget: budget(6000) }, costly);
      const spent = asked.reduce((sum, a) => sum + (a.fidelity === 'short' ? 30 : 90), 0);
      expect(spent).toBeLessThanOrEqual(6000);
    }
  });

  it('that is small is never refused: a thin search with its six pairs, or rates alone, and that is said', () => {
    const world = syntheticWorld(1);
    const worth = (limit: number) => modelRace.forecast(world.space, { seed: 1, budget: budget(limit) }).worth;
    expect([6000, 1100, 300, 0].map(worth)).toEqual([undefined, 'thin', 'rates', 'rates']);
    const thin = play(world, { seed: 1, budget: budget(1100) });
    expect(thin.result.confirmation!.ratio.n).toBe(6);
    const rates = play(world, { seed: 1, budget: budget(300) });
    expect(rates.result).toMatchObject({
      confirmation: null,
      recommendation: { id: world.space.defaultId, because: 'too-little' },
    });
    // Even nothing left holds one comparison: the default and one other.
    const none = play(world, { seed: 1, budget: budget(0) });
    expect(none.asked.map((ask) => ask.id)).toContain(world.space.defaultId);
    expect(none.asked).toHaveLength(2);
  });

  it('of any size ends within itself and a tenth, or after one comparison', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8000 }), fc.integer({ min: 1, max: 50 }), (limit, seed) => {
        const { asked, result } = play(syntheticWorld(seed), { seed, budget: budget(limit) });
        const spent = asked.reduce((sum, a) => sum + (a.fidelity === 'short' ? 20 : 60), 0);
        expect(spent).toBeLessThanOrEqual(Math.max(120, limit * 1.1));
        expect(result.recommendation).not.toBeNull();
      }),
      { numRuns: 12 },
    ));
});

describe('points that fail or break a constraint', () => {
  const isOnnx = (p: DesignPoint): boolean => p.levels.backend === 'onnx';

  it('never win, and are soon avoided', () => {
    const world = syntheticWorld(5);
    const { result, asked } = play(world, { seed: 1 }, (r, p) => (isOnnx(p) ? { ...r, value: null } : r));
    const points = new Map(world.space.points.map((p) => [p.id, p]));
    expect(isOnnx(points.get(result.choice!.winnerId)!)).toBe(false);
    const share = (phase: string): number => {
      const trials = inPhase(asked, phase);
      return trials.filter((a) => isOnnx(points.get(a.id)!)).length / trials.length;
    };
    expect(share('screen')).toBeGreaterThan(0.35);
    expect(share('refine')).toBeLessThan(0.1);
    expect(share('race')).toBe(0);
  });

  it('inform without winning when only a constraint is broken', () => {
    const world = syntheticWorld(5);
    const wide = (p: DesignPoint): boolean => Number(p.levels.threads) > 4;
    const { result } = play(world, { seed: 1 }, (r, p) => ({ ...r, isEligible: !wide(p) }));
    const winner = world.space.points.find((p) => p.id === result.choice!.winnerId)!;
    expect(Number(winner.levels.threads)).toBeLessThanOrEqual(4);
    expect(result.recommendation).toMatchObject({ id: winner.id, because: 'default-not-viable' });
    expect(result.confirmation).toBeNull();
  });

  it('leave nothing to recommend when all do', () => {
    const { result, asked } = play(smallWorld(1, 60), { seed: 1 }, (r) => ({ ...r, value: null }));
    expect(result).toMatchObject({ choice: null, recommendation: null, confirmation: null });
    expect(asked.length).toBeLessThan(30);
  });
});

describe('screenDesign', () => {
  it('uses each level of each axis about equally often', () => {
    const { space } = syntheticWorld(2);
    const picked = screenDesign(space, 48, seededRandom(1)).map((i) => space.points[i]!);
    expect(new Set(picked).size).toBe(48);
    for (const axis of space.axes.filter((a) => a.kind !== 'covariate')) {
      const counts = new Map<string | number, number>();
      for (const p of picked) counts.set(p.levels[axis.name]!, (counts.get(p.levels[axis.name]!) ?? 0) + 1);
      const all = [...counts.values()];
      expect(Math.max(...all) - Math.min(...all), axis.name).toBeLessThanOrEqual(2);
    }
  });

  it('never holds the default, and takes all there is when asked for more', () => {
    const { space } = smallWorld(1, 50);
    const picked = screenDesign(space, 100, seededRandom(1)).map((i) => space.points[i]!.id);
    expect(picked).toHaveLength(49);
    expect(picked).not.toContain(space.defaultId);
  });
});
