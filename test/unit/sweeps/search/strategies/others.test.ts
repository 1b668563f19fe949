import { describe, expect, it } from 'vitest';
import type { DesignPoint } from '../../../../../src/sweeps/search/search-space.js';
import { coordinateRace } from '../../../../../src/sweeps/search/strategies/coordinate-race.js';
import { grid } from '../../../../../src/sweeps/search/strategies/grid.js';
import { random } from '../../../../../src/sweeps/search/strategies/random.js';
import { playStrategy } from '../../../../helpers/search/replay.js';
import { smallWorld, syntheticWorld } from '../../../../helpers/search/synthetic-world.js';
import { regret } from '../../../../helpers/search/world.js';

const tight = { limit: 100, shortCost: 1, fullCost: 1 };

describe('grid', () => {
  it('measures every point five times and keeps its forecast', () => {
    const world = smallWorld(1, 30);
    const { result, searchTrials } = playStrategy(grid, world, { seed: 1 }, 1);
    expect(searchTrials).toBe(150);
    expect([...result.race.runs.values()].every((r) => r.length === 5)).toBe(true);
    expect(grid.forecast(world.space, { seed: 1 }).full).toBe(178);
  });

  it('repeats less under a budget, and refuses one below three repetitions', () => {
    const world = smallWorld(1, 24);
    expect(playStrategy(grid, world, { seed: 1, budget: tight }, 1).searchTrials).toBe(72);
    expect(() => grid.forecast(smallWorld(1, 25).space, { seed: 1, budget: tight })).toThrow(/budget/i);
  });
});

describe('random', () => {
  it('races a sample with the default', () => {
    const { result } = playStrategy(random, syntheticWorld(1), { seed: 1 }, 1);
    expect(result.race.runs.size).toBe(41);
    expect(result.race.runs.has(syntheticWorld(1).space.defaultId)).toBe(true);
  });

  it('draws fewer under a budget', () => {
    const { result, trials } = playStrategy(random, syntheticWorld(1), { seed: 1, budget: tight }, 1);
    expect(result.race.runs.size).toBe(18);
    expect(trials).toBeLessThanOrEqual(100);
  });
});

describe('coordinate-race', () => {
  it('walks to a good point from the default', () => {
    const regrets = [1, 2, 3, 4, 5, 6].map((seed) => {
      const world = syntheticWorld(seed);
      const { result } = playStrategy(coordinateRace, world, { seed }, seed);
      return regret(world, result.choice!.winnerId);
    });
    expect(regrets.filter((r) => r < 0.05).length).toBeGreaterThanOrEqual(5);
  });

  it('crosses between engines whose levels differ', () => {
    const world = syntheticWorld(1);
    // Each engine has quantization levels of its own, as GGUF and ONNX do.
    const points: DesignPoint[] = world.space.points.map((p) => ({
      ...p,
      levels: { ...p.levels, quant: `${p.levels.backend}-${p.levels.quant}` },
    }));
    const truth = new Map(points.map((p) => [p.id, p.levels.backend === 'onnx' ? 1 : 0]));
    const open = () => ({ trials: 0, run: (id: string) => ({ value: Math.exp(truth.get(id)!) }) });
    const { result } = playStrategy(coordinateRace, { space: { ...world.space, points }, truth, open }, { seed: 1 }, 1);
    expect(result.choice!.winnerId).toContain('onnx');
  });

  it('stays within a budget and refuses one below a pass', () => {
    const { space } = syntheticWorld(1);
    expect(() => coordinateRace.forecast(space, { seed: 1, budget: { ...tight, limit: 60 } })).toThrow(/budget/i);
    const { trials } = playStrategy(
      coordinateRace,
      syntheticWorld(1),
      { seed: 1, budget: { ...tight, limit: 140 } },
      1,
    );
    expect(trials).toBeLessThanOrEqual(140);
  });
});
