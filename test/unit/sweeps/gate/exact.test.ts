import { describe, expect, it } from 'vitest';
import { DEFAULT_EXACT_LIMITS, type ExactSubject, exactVerdict } from '../../../../src/sweeps/gate/exact.js';

const baseline: ExactSubject = {
  peakRssBytes: 1_000_000_000,
  modelSha256: 'abc',
  modelFileBytes: 900,
  greedyTokens: [5, 6, 7],
  quality: 0.95,
};

const brokenBy = (change: Partial<ExactSubject>, limits = DEFAULT_EXACT_LIMITS): string[] =>
  exactVerdict(baseline, { ...baseline, ...change }, limits)
    .checks.filter((c) => c.state === 'broken')
    .map((c) => c.name);

describe('exactVerdict', () => {
  it('passes the same', () => {
    expect(exactVerdict(baseline, baseline)).toMatchObject({ verdict: 'PASS', reasons: [] });
  });

  it.each([
    [{ modelSha256: 'abd' }, 'model sha256'],
    [{ modelFileBytes: 901 }, 'model file bytes'],
    [{ greedyTokens: [5, 6, 8] }, 'greedy tokens'],
    [{ greedyTokens: [5, 6] }, 'greedy tokens'],
    [{ peakRssBytes: 1_020_000_001 }, 'peak RSS bytes'],
    [{ quality: 0.9449 }, 'quality'],
  ] satisfies [Partial<ExactSubject>, string][])('is broken by %j', (change, name) => {
    expect(brokenBy(change)).toEqual([name]);
    expect(exactVerdict(baseline, { ...baseline, ...change }).verdict).toBe('FAIL');
  });

  it('allows what its limits allow', () => {
    expect(brokenBy({ peakRssBytes: 1_020_000_000, quality: 0.945 })).toEqual([]);
    expect(brokenBy({ peakRssBytes: 1_100_000_000 }, { ...DEFAULT_EXACT_LIMITS, rssGrowth: 0.1 })).toEqual([]);
    expect(brokenBy({ quality: 0.96 }, { ...DEFAULT_EXACT_LIMITS, minQuality: 0.97 })).toEqual(['quality']);
  });

  it('does not judge what is not known, and is inconclusive when that is all', () => {
    expect(brokenBy({ quality: null, peakRssBytes: null })).toEqual([]);
    const nothing: ExactSubject = {
      peakRssBytes: null,
      modelSha256: null,
      modelFileBytes: null,
      greedyTokens: null,
      quality: null,
    };
    expect(exactVerdict(nothing, baseline).verdict).toBe('INCONCLUSIVE');
  });

  it('names what it saw and what it expected', () => {
    const { reasons } = exactVerdict(baseline, { ...baseline, modelFileBytes: 901 });
    expect(reasons).toEqual(['model file bytes is 901, expected equal 900.']);
  });
});
