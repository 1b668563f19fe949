import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../../src/stats/normal.js';
import { logGamma, regularizedBeta, regularizedGammaQ } from '../../../src/stats/special-functions.js';
import { tQuantile } from '../../../src/stats/student-t.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

/** Student's distribution function by its textbook identity with the incomplete beta function. */
function tCdf(t: number, df: number): number {
  const tail = 0.5 * regularizedBeta(df / (df + t * t), df / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

const FUNCTIONS: Record<keyof typeof reference.distributions, (...args: number[]) => number> = {
  normalQuantile: (p) => normalQuantile(p!),
  normalCdf: (z) => normalCdf(z!),
  tQuantile: (p, df) => tQuantile(p!, df!),
  tCdf: (t, df) => tCdf(t!, df!),
  logGamma: (x) => logGamma(x!),
  regularizedBeta: (x, a, b) => regularizedBeta(x!, a!, b!),
  regularizedGammaQ: (a, x) => regularizedGammaQ(a!, x!),
};

describe.each(Object.entries(FUNCTIONS))('%s', (name, f) => {
  it('equals scipy to 1e-9', () => {
    const rows = reference.distributions[name as keyof typeof reference.distributions];
    expect(rows.length).toBeGreaterThan(5);
    const off = rows.filter((row) => !isNear(f(...row.slice(0, -1)), row.at(-1)!));
    expect(off).toEqual([]);
  });
});

describe('relative accuracy in the tails', () => {
  it.each(['normalCdf', 'tCdf'] as const)('%s keeps 1e-9 of tiny probabilities', (name) => {
    for (const row of reference.distributions[name]) {
      const expected = row.at(-1)!;
      expect(Math.abs(FUNCTIONS[name](...row.slice(0, -1)) / expected - 1)).toBeLessThan(1e-9);
    }
  });
});

describe('quantiles', () => {
  const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

  it('undo the distribution functions', () => {
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 200 }), (p, df) => {
        expect(tCdf(tQuantile(p, df), df)).toBeCloseTo(p, 10);
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 10);
      }),
    );
  });

  it('of Student lie outside those of the normal and approach them', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.6, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 60 }), (p, df) => {
        expect(tQuantile(p, df)).toBeGreaterThan(tQuantile(p, df + 1));
        expect(tQuantile(p, df)).toBeGreaterThan(normalQuantile(p));
      }),
    );
    expect(tQuantile(0.975, 1e7)).toBeCloseTo(normalQuantile(0.975), 6);
  });

  it('are infinite at 0 and 1, and NaN without a degree of freedom', () => {
    expect([normalQuantile(0), normalQuantile(1), tQuantile(0, 3), tQuantile(1, 3)]).toEqual([
      -Infinity,
      Infinity,
      -Infinity,
      Infinity,
    ]);
    expect(tQuantile(0.9, 0)).toBeNaN();
  });
});
