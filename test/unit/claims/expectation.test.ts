import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { about, combine, type Expectation, judge } from '../../../src/claims/expectation.js';
import type { Verdict } from '../../../src/core/claims.js';
import type { Interval } from '../../../src/core/interval.js';

const interval = (low: number | null, high: number | null): Interval => ({
  estimate: low === null || high === null ? 1 : Math.sqrt(low * high),
  low,
  high,
  level: 0.95,
  n: 8,
});

const factor = fc.double({ min: 0.05, max: 20, noNaN: true });
const anyInterval = fc.tuple(factor, factor).map(([a, b]) => interval(Math.min(a, b), Math.max(a, b)));
const between = fc
  .tuple(factor, factor)
  .map(([a, b]): Expectation => ({ kind: 'between', least: Math.min(a, b), most: Math.max(a, b) }));
const nullIsOne: fc.Arbitrary<Expectation> = fc.oneof(
  fc.constantFrom<Expectation>({ kind: 'more' }, { kind: 'less' }, { kind: 'change' }),
  between,
);

const turned = ({ low, high }: Interval): Interval => interval(1 / high!, 1 / low!);
const opposite = (expected: Expectation): Expectation => {
  if (expected.kind === 'more') return { kind: 'less' };
  if (expected.kind === 'less') return { kind: 'more' };
  if (expected.kind === 'change') return expected;
  return { kind: expected.kind, least: 1 / expected.most, most: 1 / expected.least };
};

describe('the verdict of a comparison', () => {
  it.each<[string, Interval, Expectation, Verdict]>([
    ['shown to be more', interval(1.02, 1.1), { kind: 'more' }, 'holds'],
    ['shown to be the contrary', interval(0.9, 0.98), { kind: 'more' }, 'does-not-hold'],
    ['not shown', interval(0.98, 1.03), { kind: 'more' }, 'no-difference'],
    ['as large as claimed', interval(1.12, 1.28), { kind: 'between', ...about(1.2, 0.1) }, 'holds'],
    ['a difference, but a small one', interval(1.02, 1.05), { kind: 'between', ...about(1.2, 0.1) }, 'does-not-hold'],
    ['a larger one than claimed', interval(1.6, 1.8), { kind: 'between', ...about(1.2, 0.1) }, 'does-not-hold'],
    ['a size elsewhere', interval(0.95, 1.05), { kind: 'size', ...about(0.5, 0.15) }, 'does-not-hold'],
    ['a size as claimed', interval(0.49, 0.52), { kind: 'size', ...about(0.5, 0.15) }, 'holds'],
    ['too few blocks', interval(null, null), { kind: 'more' }, 'cannot-test'],
  ])('%s', (_name, ratio, expected, verdict) => {
    expect(judge(ratio, expected)).toBe(verdict);
  });

  it('is "no difference" exactly while the interval holds 1, whatever was claimed', () => {
    fc.assert(
      fc.property(anyInterval, nullIsOne, (ratio, expected) => {
        const holdsOne = ratio.low! <= 1 && ratio.high! >= 1;
        expect(judge(ratio, expected) === 'no-difference').toBe(holdsOne);
      }),
    );
  });

  it('stays the same when both the arms and the claim are turned round', () => {
    fc.assert(
      fc.property(anyInterval, nullIsOne, (ratio, expected) => {
        fc.pre(!(expected.kind === 'between' && [expected.least, expected.most].some((v) => touches(ratio, v))));
        expect(judge(turned(ratio), opposite(expected))).toBe(judge(ratio, expected));
      }),
    );
  });

  it('never holds for a claim and for its contrary', () => {
    fc.assert(
      fc.property(anyInterval, (ratio) => {
        const verdicts = [judge(ratio, { kind: 'more' }), judge(ratio, { kind: 'less' })];
        expect(verdicts.filter((v) => v === 'holds').length).toBeLessThanOrEqual(1);
        expect(verdicts.includes('holds')).toBe(verdicts.includes('does-not-hold'));
      }),
    );
  });

  it('is the more decided the narrower the interval: narrowing never turns a shown verdict into its contrary', () => {
    fc.assert(
      fc.property(anyInterval, fc.double({ min: 0, max: 1, noNaN: true }), (ratio, share) => {
        const centre = Math.sqrt(ratio.low! * ratio.high!);
        const narrow = interval(
          ratio.low! ** share * centre ** (1 - share),
          ratio.high! ** share * centre ** (1 - share),
        );
        const [wide, close] = [judge(ratio, { kind: 'more' }), judge(narrow, { kind: 'more' })];
        if (wide !== 'no-difference') expect(close).toBe(wide);
      }),
    );
  });
});

/** 1/(1/x) may differ from x in its last bit: an interval that ends there has no fixed side. */
const touches = ({ low, high }: Interval, value: number): boolean =>
  [low!, high!].some((limit) => Math.abs(limit / value - 1) < 1e-9);

describe('the verdict of a claim', () => {
  const verdict = fc.constantFrom<Verdict>('holds', 'does-not-hold', 'no-difference', 'cannot-test');

  it('is against it when anything is, for it when something is, and undecided only when all are', () => {
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 6 }), (verdicts) => {
        const all = combine(verdicts);
        if (verdicts.includes('does-not-hold')) expect(all).toBe('does-not-hold');
        else if (verdicts.includes('holds')) expect(all).toBe('holds');
        else if (verdicts.includes('no-difference')) expect(all).toBe('no-difference');
        else expect(all).toBe('cannot-test');
      }),
    );
  });

  it('does not depend on the order of the comparisons', () => {
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 6 }), (verdicts) => {
        expect(combine([...verdicts].reverse())).toBe(combine(verdicts));
      }),
    );
  });
});
