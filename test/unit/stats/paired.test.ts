import { describe, expect, it } from 'vitest';
import { minimumDetectableEffect } from '../../../src/stats/minimum-effect.js';
import { pairedBound } from '../../../src/stats/paired-bound.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

describe('pairedBound', () => {
  it('equals numpy on winsorised differences', () => {
    const { differences, ...expected } = reference.pairedBound;
    const actual = pairedBound(differences, 0.05);
    for (const field of ['mean', 'lower', 'upper'] as const)
      expect(isNear(actual[field], expected[field]), field).toBe(true);
  });

  it('is infinite for one difference', () => {
    expect(pairedBound([0.1], 0.05)).toEqual({ mean: 0.1, lower: -Infinity, upper: Infinity });
  });

  it('does not let one stolen time slice hide a slower point', () => {
    expect(pairedBound([0.08, 0.09, 0.08, 0.07, -2], 0.05).lower).toBeGreaterThan(-0.02);
  });
});

describe('minimumDetectableEffect', () => {
  const gate = { alpha: 0.0025, margin: 0.05 };

  it.each([
    // By simulation when the gate was designed: s_d, then the effect in % at n = 10 and n = 30.
    [0.03, 6.2, 5.7],
    [0.05, 7.7, 6.1],
    [0.08, 12.1, 6.8],
    [0.12, 17.6, 9.2],
  ])('for s_d %f is that of the design', (sdOfDifferences, at10, at30) => {
    const at = (pairs: number): number => 100 * minimumDetectableEffect({ sdOfDifferences, pairs, ...gate })!;
    expect(Math.abs(at(10) - at10)).toBeLessThan(0.2);
    expect(Math.abs(at(30) - at30)).toBeLessThan(0.2);
  });

  it('is null where no effect could be shown', () => {
    expect(minimumDetectableEffect({ sdOfDifferences: 0.05, pairs: 8, ...gate })).toBeNull();
    expect(minimumDetectableEffect({ sdOfDifferences: 0.05, pairs: 5, alpha: 0.025 })).toBeNull();
  });

  it('shrinks with pairs and never below the margin', () => {
    const at = [10, 20, 40, 1000].map((pairs) => minimumDetectableEffect({ sdOfDifferences: 0.05, pairs, ...gate })!);
    expect(at).toEqual([...at].sort((a, b) => b - a));
    expect(at[3]).toBeGreaterThan(0.05);
  });
});
