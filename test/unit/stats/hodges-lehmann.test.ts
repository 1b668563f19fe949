import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../src/core/random.js';
import { hodgesLehmann, ratioInterval, shiftEstimate } from '../../../src/stats/hodges-lehmann.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

const finite = fc.double({ min: -1, max: 1, noNaN: true });

describe('shiftEstimate', () => {
  it.each(reference.interval.map((c) => [c.differences.length, c] as const))('equals scipy (n = %i)', (_, expected) => {
    const shift = shiftEstimate(expected.differences);
    expect(isNear(shift.estimate, expected.estimate)).toBe(true);
    for (const { alpha, lower, upper } of expected.limits) {
      expect(shift.lowerAt(alpha)).toBe(lower ?? -Infinity);
      expect(shift.upperAt(alpha)).toBe(upper ?? Infinity);
    }
  });

  it('moves with the data and is bracketed by its limits', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 6, maxLength: 20 }), finite, (d, by) => {
        const here = shiftEstimate(d);
        const there = shiftEstimate(d.map((x) => x + by));
        expect(there.estimate).toBeCloseTo(here.estimate + by, 10);
        expect(there.upperAt(0.025)).toBeCloseTo(here.upperAt(0.025) + by, 10);
        expect(here.lowerAt(0.025)).toBeLessThanOrEqual(here.estimate);
        expect(here.upperAt(0.025)).toBeGreaterThanOrEqual(here.estimate);
        expect(here.upperAt(0.025)).toBeGreaterThanOrEqual(here.upperAt(0.05));
      }),
    );
  });

  it('is not pulled away by less than 29 % of wild values', () => {
    const calm = [0.01, 0.02, 0.0, -0.01, 0.015, 0.005, -0.005, 0.012];
    expect(Math.abs(hodgesLehmann([...calm, -3, -5]))).toBeLessThan(0.02);
  });

  it('covers the true shift as often as it says', () => {
    const random = seededRandom(5);
    let covered = 0;
    const trials = 4000;
    for (let i = 0; i < trials; i++) {
      const { low, high } = ratioInterval(Array.from({ length: 10 }, () => 0.1 + 0.05 * gaussian(random)));
      if (low! <= Math.exp(0.1) && Math.exp(0.1) <= high!) covered += 1;
    }
    // Exact at n = 10: 1 − 2·P(W ≤ 8) = 95.12 %.
    expect(covered / trials).toBeGreaterThan(0.942);
    expect(covered / trials).toBeLessThan(0.96);
  });
});

describe('ratioInterval', () => {
  it('has no limits when the pairs are too few for the level', () => {
    expect(ratioInterval([0.1, 0.11, 0.12, 0.09, 0.1])).toMatchObject({ low: null, high: null, n: 5, level: 0.95 });
    expect(ratioInterval([0.1, 0.11, 0.12, 0.09, 0.1, 0.13]).low).toBeCloseTo(Math.exp(0.09), 12);
  });
});
