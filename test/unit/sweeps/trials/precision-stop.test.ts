import { expect, it } from 'vitest';
import { nextPrecisionLook } from '../../../../src/sweeps/trials/precision-stop.js';

const spread = (count: number, by: number): number[] =>
  Array.from({ length: count }, (_, i) => 20 * (1 + (i % 2 ? by : -by)));

it('looks at 5, 8, 12, 20 and 30 trials only, and stops when the rate is known to ±2 %', () => {
  expect([0, 4].map((n) => nextPrecisionLook(spread(n, 0)))).toEqual([5, 5]);
  expect(nextPrecisionLook(spread(5, 0.01))).toBeNull();
  expect([5, 7, 8, 12, 20].map((n) => nextPrecisionLook(spread(n, 0.2)))).toEqual([8, 8, 12, 20, 30]);
  expect(nextPrecisionLook(spread(30, 0.2))).toBeNull();
});

it('does not look between the looks', () => {
  const settledLate = [...spread(5, 0.2), 20, 20];
  expect(nextPrecisionLook(settledLate)).toBe(8);
});
