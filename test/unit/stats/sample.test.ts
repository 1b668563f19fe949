import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedPercentile, percentile, percentileFloor } from '../../../src/stats/percentile.js';
import { logHalfWidth, predictionLimits, rateInterval } from '../../../src/stats/rate-interval.js';
import {
  coefficientOfVariation,
  mean,
  median,
  medianAbsoluteDeviation,
  standardDeviation,
} from '../../../src/stats/sample.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

const { values, ...expected } = reference.sample;

describe('summaries', () => {
  it.each([
    ['mean', mean],
    ['standardDeviation', standardDeviation],
    ['median', median],
    ['medianAbsoluteDeviation', medianAbsoluteDeviation],
    ['coefficientOfVariation', coefficientOfVariation],
  ] as const)('%s equals scipy', (name, f) => {
    expect(isNear(f(values), expected[name])).toBe(true);
  });

  it('need two values for a spread', () => {
    expect(standardDeviation([3])).toBeNaN();
    expect(median([])).toBeNaN();
  });

  it('leave the sample as it was', () => {
    const sample = [3, 1, 2];
    median(sample);
    percentile(sample, 0.9);
    expect(sample).toEqual([3, 1, 2]);
  });
});

describe('percentiles', () => {
  it.each(expected.percentiles)('at %f equals numpy', (share, value) => {
    expect(isNear(percentile(values, share), value)).toBe(true);
  });

  it('of nothing is NaN', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('want 64 samples for p90, 130 for p95 and 662 for p99', () => {
    expect([0.5, 0.9, 0.95, 0.99].map(percentileFloor)).toEqual([1, 64, 130, 662]);
  });

  it('say how many samples there were and whether that is enough', () => {
    expect(countedPercentile(values, 0.9)).toMatchObject({ sampleCount: 23, floor: 64, isEnough: false });
    expect(
      countedPercentile(
        Array.from({ length: 64 }, (_, i) => i),
        0.9,
      ).isEnough,
    ).toBe(true);
  });

  it('rise with the share and stay inside the sample', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (sample) => {
        const at = [0, 0.2, 0.5, 0.9, 1].map((share) => percentile(sample, share));
        expect(at).toEqual([...at].sort((a, b) => a - b));
        expect(at[0]).toBe(Math.min(...sample));
        expect(at[4]).toBe(Math.max(...sample));
      }),
    );
  });
});

describe('rates', () => {
  it('have the t interval of their logs', () => {
    const actual = rateInterval(values);
    for (const field of ['estimate', 'low', 'high'] as const)
      expect(isNear(actual[field]!, expected.rateInterval[field]), field).toBe(true);
    expect(logHalfWidth(values)).toBeCloseTo(Math.log(actual.high! / actual.estimate), 12);
  });

  it('have prediction limits for the next one', () => {
    const { low, high } = predictionLimits(values, 0.01);
    expect(isNear(low, expected.prediction.low) && isNear(high, expected.prediction.high)).toBe(true);
  });

  it('have no limits below two values', () => {
    expect(rateInterval([12])).toEqual({ estimate: 12, low: null, high: null, level: 0.95, n: 1 });
    expect(predictionLimits([12], 0.01)).toMatchObject({ low: 0, high: Infinity });
  });
});
