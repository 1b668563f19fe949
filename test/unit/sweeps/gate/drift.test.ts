import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { driftVerdict } from '../../../../src/sweeps/gate/drift.js';

const random = seededRandom(3);
const builds = (level: number, count: number): number[] =>
  Array.from({ length: count }, () => level * Math.exp(0.015 * gaussian(random)));
const RULE = { better: 'higher', margin: 0.05, alpha: 0.01 } as const;

describe('the history gate', () => {
  it('passes a history that does not change', () =>
    expect(driftVerdict({ ...RULE, values: builds(30, 24) })).toMatchObject({
      verdict: 'PASS',
      ratio: null,
    }));

  it('fails a loss, and says between which builds', () => {
    const verdict = driftVerdict({ ...RULE, values: [...builds(30, 14), ...builds(26, 10)] });
    expect(verdict.verdict).toBe('FAIL');
    expect(Math.abs(verdict.fell!.after - 13)).toBeLessThanOrEqual(1);
    expect(verdict.fell!.until).toBe(verdict.fell!.after + 1);
    expect(verdict.ratio).toBeCloseTo(26 / 30, 1);
  });

  it('fails a slow drift of many small losses, over its whole range', () => {
    const values = builds(30, 60).map((value, i) => value * (1 - 0.002 * i));
    const verdict = driftVerdict({ ...RULE, values });
    expect(verdict.verdict).toBe('FAIL');
    expect(verdict.fell!.until - verdict.fell!.after).toBeGreaterThan(5);
  });

  it('passes a loss below the margin, a gain, and a loss that was mended', () => {
    for (const values of [
      [...builds(30, 20), ...builds(29.2, 20)],
      [...builds(30, 15), ...builds(36, 15)],
      [...builds(30, 12), ...builds(24, 10), ...builds(30, 12)],
    ])
      expect(driftVerdict({ ...RULE, values }).verdict).toBe('PASS');
  });

  it('fails what lost again most of a gain', () =>
    expect(driftVerdict({ ...RULE, values: [...builds(30, 12), ...builds(36, 12), ...builds(31, 12)] })).toMatchObject({
      verdict: 'FAIL',
    }));

  it('knows which way is better', () => {
    const values = [...builds(100, 14), ...builds(120, 10)];
    expect(driftVerdict({ ...RULE, better: 'lower', values }).verdict).toBe('FAIL');
    expect(driftVerdict({ ...RULE, values }).verdict).toBe('PASS');
  });

  it('says nothing with fewer than ten builds, and is advice with any number', () => {
    expect(driftVerdict({ ...RULE, values: [...builds(30, 5), ...builds(20, 4)] }).verdict).toBe('INCONCLUSIVE');
    expect(driftVerdict({ ...RULE, values: [...builds(30, 20), ...builds(20, 20)] })).toMatchObject({
      verdict: 'FAIL',
      isBlocking: false,
    });
  });
});
