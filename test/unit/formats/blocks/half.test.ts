import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, halfTable, toHalf } from '../../../../src/formats/blocks/half.js';

const isNaNHalf = (half: number): boolean => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;

describe('binary16', () => {
  it('survives the way through a float for every pattern but NaN payloads', () => {
    for (let half = 0; half < 65536; half++) if (!isNaNHalf(half)) expect(toHalf(fromHalf(half))).toBe(half);
    expect(halfTable()[0x3c00]).toBe(1);
  });

  it('is the nearest half, ties to even', () => {
    const property = fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const half = toHalf(value);
      const error = Math.abs(fromHalf(half) - value);
      for (const neighbour of [half - 1, half + 1].filter((n) => n >= 0 && n < 65536 && !isNaNHalf(n))) {
        const other = Math.abs(fromHalf(neighbour) - value);
        if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(other);
        if (error === other && error > 0) expect(half & 1).toBe(0);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it.each([
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [65520, 0x7c00],
    [2 ** -25, 0],
    [-0, 0x8000],
  ])('%d becomes the pattern %d', (value, half) => expect(toHalf(value)).toBe(half));
});
