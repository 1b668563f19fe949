import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParetoAxis, type ParetoPoint, paretoPlaces } from '../../../../src/sweeps/results/pareto.js';

const AXES: ParetoAxis[] = [
  { name: 'rate', better: 'higher' },
  { name: 'rss', better: 'lower', indifference: 0.02 },
];

const point = (id: string, rate: [number, number], rss: number | null): ParetoPoint => ({
  id,
  ranges: { rate: { low: rate[0], high: rate[1] }, rss: rss === null ? null : { low: rss, high: rss } },
});

const placesOf = (...points: ParetoPoint[]): Record<string, string> => Object.fromEntries(paretoPlaces(points, AXES));

describe('paretoPlaces', () => {
  it('keeps what is better on some axis and drops what is worse on all', () => {
    expect(placesOf(point('fast', [19, 20], 3), point('small', [9, 10], 1), point('bad', [8, 8.5], 2.5))).toEqual({
      fast: 'optimal',
      small: 'optimal',
      bad: 'dominated',
    });
  });

  it('draws overlapping intervals as possibly optimal, not as dominated', () => {
    expect(placesOf(point('a', [18, 20], 2), point('b', [17, 19], 2))).toEqual({
      a: 'possibly-optimal',
      b: 'possibly-optimal',
    });
  });

  it('does not keep a point for a memory difference that nobody notices', () => {
    expect(placesOf(point('fast', [19, 20], 2.02), point('slow', [9, 10], 2))).toMatchObject({ slow: 'dominated' });
    expect(placesOf(point('fast', [19, 20], 2.2), point('slow', [9, 10], 2))).toMatchObject({ slow: 'optimal' });
  });

  it('does not rank what lacks a value', () => {
    expect(placesOf(point('a', [19, 20], 2), point('b', [30, 40], null))).toEqual({ a: 'optimal', b: 'not-ranked' });
  });

  it('never leaves all points dominated, and wide intervals never dominate', () => {
    const anyPoint = fc.tuple(fc.float({ min: 1, max: 9, noNaN: true }), fc.float({ min: 0, max: 5, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyPoint, fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 12 }),
        (raw) => {
          const points = raw.map(([[low, width], rss], i) => point(String(i), [low, low + width], rss));
          const places = [...paretoPlaces(points, AXES).values()];
          expect(places.some((p) => p !== 'dominated')).toBe(true);
          const blurred = points.map((p) => ({ ...p, ranges: { ...p.ranges, rate: { low: 0, high: 100 } } }));
          expect([...paretoPlaces(blurred, [AXES[0]!]).values()]).not.toContain('dominated');
        },
      ),
    );
  });
});
