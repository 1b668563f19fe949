import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shiftEstimate } from '../../../src/stats/hodges-lehmann.js';
import { rankSumPmf, signedRankCritical, signedRankTest, untiedCdf } from '../../../src/stats/signed-rank.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

/** All sign patterns of these sizes: what the coins of the pairs can do. */
function* flips(sizes: readonly number[]): Generator<number[]> {
  for (let pattern = 0; pattern < 2 ** sizes.length; pattern++)
    yield sizes.map((size, i) => ((pattern >> i) & 1 ? size : -size));
}

const LEVELS = [0.0025, 0.01, 0.025, 0.05];

describe('signedRankTest', () => {
  it.each(reference.signedRank.map((c) => [c.differences.length, c] as const))(
    'equals scipy (n = %i)',
    (_, expected) => {
      const actual = signedRankTest(expected.differences);
      expect(actual.statistic).toBe(expected.statistic);
      for (const side of ['pLess', 'pGreater', 'pTwoSided'] as const)
        expect(isNear(actual[side], expected[side]), side).toBe(true);
    },
  );

  it('of nothing, or of zeros alone, says nothing', () => {
    for (const d of [[], [0, 0, 0]]) expect(signedRankTest(d)).toMatchObject({ pLess: 1, pGreater: 1, pTwoSided: 1 });
  });

  it('changes sides when all signs change', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 14 }), (d) => {
        const there = signedRankTest(d);
        const back = signedRankTest(d.map((x) => -x));
        expect(back.pLess).toBeCloseTo(there.pGreater, 12);
        expect(back.pTwoSided).toBeCloseTo(there.pTwoSided, 12);
      }),
    );
  });
});

describe('the null distribution', () => {
  it('sums to one and is symmetric', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }), (ranks) => {
        const pmf = rankSumPmf(ranks);
        expect(pmf.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        for (const [s, p] of pmf.entries()) expect(p).toBeCloseTo(pmf[pmf.length - 1 - s]!, 12);
      }),
    );
  });

  it('has the critical values of the printed tables', () => {
    // One-sided, Wilcoxon 1945 as in most textbooks: n = 10, 14, 20, 30 at 5 % and 0.5 %.
    expect([10, 14, 20, 30].map((n) => signedRankCritical(n, 0.05))).toEqual([10, 25, 60, 151]);
    expect([10, 14, 20, 30].map((n) => signedRankCritical(n, 0.005))).toEqual([3, 12, 37, 109]);
  });

  it('cannot reject below n = log2(1/alpha)', () => {
    expect(signedRankCritical(8, 0.0025)).toBe(-1);
    expect(signedRankCritical(9, 0.0025)).toBe(0);
  });
});

describe('exactness, by counting all sign patterns', () => {
  const untied = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.SQRT2 ** i);
  const tied = (n: number): number[] => Array.from({ length: n }, (_, i) => 1 + Math.floor(i / 3));
  const withZeros = (n: number): number[] => tied(n).map((size, i) => (i < 2 ? 0 : size));

  it.each([9, 10, 11, 12])('n = %i without ties: the rate at each level is the largest attainable one', (n) => {
    for (const alpha of LEVELS) {
      const rejected = [...flips(untied(n))].filter((d) => signedRankTest(d).pLess <= alpha).length / 2 ** n;
      expect(rejected).toBeLessThanOrEqual(alpha);
      const critical = signedRankCritical(n, alpha);
      expect(rejected).toBeCloseTo(critical < 0 ? 0 : untiedCdf(n)[critical]!, 12);
      expect(untiedCdf(n)[critical + 1]).toBeGreaterThan(alpha);
    }
  });

  it.each([9, 10, 11, 12])('n = %i without ties: the limits are the test turned around', (n) => {
    for (const d of flips(untied(n))) {
      const { pLess, pGreater } = signedRankTest(d);
      const shift = shiftEstimate(d);
      for (const alpha of LEVELS) {
        expect(shift.upperAt(alpha) < 0).toBe(pLess <= alpha);
        expect(shift.lowerAt(alpha) > 0).toBe(pGreater <= alpha);
      }
    }
  });

  it.each([9, 10, 11, 12])('n = %i with ties and zeros: neither test nor limit alarms above its level', (n) => {
    for (const sizes of [tied(n), withZeros(n)])
      for (const alpha of LEVELS) {
        const all = [...flips(sizes)];
        const byTest = all.filter((d) => signedRankTest(d).pLess <= alpha).length / all.length;
        const byLimit = all.filter((d) => shiftEstimate(d).upperAt(alpha) < 0).length / all.length;
        expect(byTest).toBeLessThanOrEqual(alpha);
        expect(byLimit).toBeLessThanOrEqual(alpha);
      }
  });
});
