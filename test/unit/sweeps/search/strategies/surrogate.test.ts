import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../../src/core/random.js';
import { cholesky } from '../../../../../src/stats/cholesky.js';
import type { DesignSpace, TrialResult } from '../../../../../src/sweeps/search/search-space.js';
import { designKernel } from '../../../../../src/sweeps/search/strategies/design-kernel.js';
import { openSurrogate } from '../../../../../src/sweeps/search/strategies/surrogate.js';
import { syntheticWorld } from '../../../../helpers/search/synthetic-world.js';

const LEVELS = [1, 2, 3, 4];
const COLOURS = ['red', 'green', 'blue'];

/** Two unordered axes and a numeric one, some points without the last axis. */
const space: DesignSpace = {
  axes: [
    { name: 'quant', kind: 'nominal' },
    { name: 'backend', kind: 'nominal' },
    { name: 'threads', kind: 'numeric', scale: 'log2' },
  ],
  points: COLOURS.flatMap((quant) =>
    COLOURS.flatMap((backend) =>
      LEVELS.map((threads) => ({
        id: `${quant}/${backend}/${threads}`,
        levels: { quant, backend, ...(backend === 'red' ? {} : { threads }) },
      })),
    ),
  ),
  defaultId: 'red/red/1',
};

function results(logSpeed: (levels: Record<string, string | number>) => number, share: number): TrialResult[] {
  const random = seededRandom(4);
  return space.points
    .filter(() => random() < share)
    .map((p) => ({
      phase: 'screen',
      block: 0,
      id: p.id,
      value: Math.exp(logSpeed(p.levels) + 0.02 * gaussian(random)),
    }));
}

const meanError = (logSpeed: (levels: Record<string, string | number>) => number, share: number): number => {
  const { mean } = openSurrogate(space)(results(logSpeed, share))!;
  const errors = space.points.map((p, i) => Math.abs(mean[i]! - logSpeed(p.levels)));
  return errors.reduce((a, b) => a + b, 0) / errors.length;
};

describe('the kernel', () => {
  it('is symmetric and positive definite with any noise', () => {
    for (const { axes, points, defaultId } of [space, syntheticWorld(1).space]) {
      const some = points.filter((_, i) => i % Math.ceil(points.length / 60) === 0);
      const kernel = designKernel({ axes, points: some, defaultId });
      const n = some.length;
      const gram = Float64Array.from({ length: n * n }, (_, k) => kernel(Math.floor(k / n), k % n));
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(gram[i * n + j]).toBeCloseTo(gram[j * n + i]!, 8);
      for (let i = 0; i < n; i++) gram[i * n + i]! += 1e-3;
      expect(() => cholesky(gram, n)).not.toThrow();
    }
  });
});

describe('openSurrogate', () => {
  it('predicts unseen points from the effects of single levels', () => {
    const additive = (l: Record<string, string | number>): number =>
      (l.quant === 'red' ? 0.4 : 0) + (l.backend === 'blue' ? 0.3 : 0);
    expect(meanError(additive, 0.5)).toBeLessThan(0.05);
  });

  it('follows a curve along a numeric axis', () => {
    const curved = (l: Record<string, string | number>): number =>
      l.threads ? -((Math.log2(Number(l.threads)) - 1.2) ** 2) : 0;
    expect(meanError(curved, 0.6)).toBeLessThan(0.06);
  });

  it('learns that two levels act together', () => {
    const joint = (l: Record<string, string | number>): number => (l.quant === 'red' && l.backend === 'green' ? 1 : 0);
    expect(meanError(joint, 0.7)).toBeLessThan(0.05);
  });

  it('is surer of what it has seen', () => {
    const seen = results(() => 1, 0.4);
    const { sd } = openSurrogate(space)(seen)!;
    const ids = new Set(seen.map((r) => r.id));
    const meanSd = (isSeen: boolean): number => {
      const own = space.points.flatMap((p, i) => (ids.has(p.id) === isSeen ? [sd[i]!] : []));
      return own.reduce((a, b) => a + b, 0) / own.length;
    };
    expect(meanSd(true)).toBeLessThan(0.8 * meanSd(false));
  });

  it('learns from failures which points will not run', () => {
    const told = results(() => 1, 0.5).map((r) => (r.id.startsWith('blue') ? { ...r, value: null } : r));
    const { viability } = openSurrogate(space)(told)!;
    for (const [i, p] of space.points.entries()) expect(viability[i]! > 0.5, p.id).toBe(p.levels.quant !== 'blue');
  });

  it('says nothing when nothing ran', () => {
    expect(openSurrogate(space)([])).toBeNull();
    expect(openSurrogate(space)(results(() => 1, 0.5).map((r) => ({ ...r, value: null })))).toBeNull();
  });
});
