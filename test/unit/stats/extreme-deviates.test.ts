import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../src/core/random.js';
import { extremeDeviates } from '../../../src/stats/extreme-deviates.js';

/** Rosner 1983, table 1: 54 values of vitamin E; with alpha 0.05 and at most 10 outliers the procedure finds three. */
const ROSNER = [
  ...[-0.25, 0.68, 0.94, 1.15, 1.2, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.7],
  ...[1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.1, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.4],
  ...[2.47, 2.54, 2.62, 2.64, 2.9, 2.92, 2.92, 2.93, 3.21, 3.26, 3.3, 3.59, 3.68, 4.3, 4.64, 5.34, 5.42, 6.01],
];

const normals = (seed: number, n: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => gaussian(random));
};

describe('extremeDeviates', () => {
  it('finds the three outliers of the example that the procedure was published with', () => {
    expect(extremeDeviates(ROSNER, 0.05).map((index) => ROSNER[index])).toEqual([6.01, 5.42, 5.34]);
  });

  it.each([5, 8, 14, 15, 25, 60])('names something in at most about 5 %% of samples of %i normal values', (n) => {
    const alarms = Array.from(
      { length: 2000 },
      (_, seed) => extremeDeviates(normals(1000 * n + seed, n), 0.05).length > 0,
    );
    // 5 % and three standard errors of 2,000 samples; Rosner's critical values are approximations at n = 15.
    expect(alarms.filter(Boolean).length / alarms.length).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000));
  });

  it('is not blinded by several outliers on one side', () => {
    const values = [...normals(3, 40), -9, -9.2, -9.4];
    expect(extremeDeviates(values, 0.01).sort((a, b) => a - b)).toEqual([40, 41, 42]);
  });

  it('does not depend on scale, place or order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 }),
        fc.integer({ min: -8, max: 8 }),
        (values, power) => {
          const scaled = values.map((value) => 2 ** power * value);
          expect(extremeDeviates(scaled, 0.05)).toEqual(extremeDeviates(values, 0.05));
        },
      ),
    );
  });

  it.each([[[]], [[1, 2, 30, 4]], [[7, 7, 7, 7, 7, 7]]])('names nothing of %j', (values) => {
    expect(extremeDeviates(values, 0.05)).toEqual([]);
  });
});
