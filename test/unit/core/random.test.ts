import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, randomInt, randomStream, seededRandom, shuffled } from '../../../src/core/random.js';

const draw = (random: () => number, count: number): number[] => Array.from({ length: count }, random);

describe('seededRandom', () => {
  it('gives the published sequence of mulberry32 on every machine', () =>
    expect(draw(seededRandom(0), 3)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]));

  it('lies in [0, 1), is even, and differs by seed', () => {
    const values = draw(seededRandom(7), 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = new Array<number>(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)]!++;
    // 2000 expected in each, standard deviation 42.
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(5 * 42);
    expect(draw(seededRandom(8), 5)).not.toEqual(values.slice(0, 5));
  });
});

describe('randomStream', () => {
  it('is fixed by seed and purpose, and independent of other purposes', () => {
    expect(draw(randomStream(3, 'screen'), 5)).toEqual(draw(randomStream(3, 'screen'), 5));
    expect(draw(randomStream(3, 'screen'), 5)).not.toEqual(draw(randomStream(3, 'race'), 5));
    expect(draw(randomStream(3, 'screen'), 5)).not.toEqual(draw(randomStream(4, 'screen'), 5));
  });

  it('gives even coins across neighbouring seeds: pair orders must not lean to one side', () => {
    const heads = Array.from({ length: 4000 }, (_, seed) => randomStream(seed, 'gate')() < 0.5).filter(Boolean).length;
    expect(Math.abs(heads - 2000)).toBeLessThan(5 * 32);
  });
});

describe('shuffled', () => {
  it('keeps the items, leaves its input alone, and is fixed by the seed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const before = [...items];
        const once = shuffled(items, seededRandom(seed));
        expect([...once].sort()).toEqual([...items].sort());
        expect(items).toEqual(before);
        expect(shuffled(items, seededRandom(seed))).toEqual(once);
      }),
    );
  });

  it('puts every item everywhere equally often', () => {
    const random = seededRandom(5);
    const first = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) first[shuffled([0, 1, 2, 3], random)[0]!]!++;
    for (const count of first) expect(Math.abs(count - 2000)).toBeLessThan(5 * 39);
  });
});

it('randomInt stays below its bound', () => {
  const random = seededRandom(1);
  const seen = new Set(Array.from({ length: 500 }, () => randomInt(random, 6)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('gaussian has mean 0 and standard deviation 1, and is finite', () => {
  const random = seededRandom(9);
  const values = Array.from({ length: 20_000 }, () => gaussian(random));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  expect(values.every(Number.isFinite)).toBe(true);
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(20_000));
  expect(Math.abs(sd - 1)).toBeLessThan(0.03);
});
