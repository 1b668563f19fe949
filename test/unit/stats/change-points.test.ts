import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../src/core/random.js';
import { changePoints, segmentsOf } from '../../../src/stats/change-points.js';
import { mean } from '../../../src/stats/sample.js';

const LEVEL = { alpha: 0.01 };

/** Noise of 2 % around levels that hold for so many values each. */
function steps(levels: readonly [level: number, values: number][], seed = 1): number[] {
  const random = seededRandom(seed);
  return levels.flatMap(([level, values]) => Array.from({ length: values }, () => level + 0.02 * gaussian(random)));
}

const places = (values: readonly number[]): number[] => changePoints(values, LEVEL).map(({ at }) => at);

/** The statistic as the paper writes it (equations 5 and 7, α = 1), all pairs summed one by one. */
function byDefinition(values: readonly number[], least: number): number {
  const within = (x: readonly number[]): number =>
    mean(x.flatMap((a, i) => x.slice(i + 1).map((b) => Math.abs(a - b))));
  let best = { at: 0, statistic: Number.NEGATIVE_INFINITY };
  for (let at = least; at <= values.length - least; at++)
    for (let end = at + least; end <= values.length; end++) {
      const [x, y] = [values.slice(0, at), values.slice(at, end)];
      const between = 2 * mean(x.flatMap((a) => y.map((b) => Math.abs(a - b))));
      const statistic = ((x.length * y.length) / (x.length + y.length)) * (between - within(x) - within(y));
      if (statistic > best.statistic + 1e-12) best = { at, statistic };
    }
  return best.at;
}

describe('change points', () => {
  it('finds a step of four standard deviations where it is', () => {
    const [at, ...more] = places(
      steps([
        [0, 15],
        [-0.08, 15],
      ]),
    );
    expect(more).toEqual([]);
    expect(Math.abs(at! - 15)).toBeLessThanOrEqual(1);
  });

  it('finds a dip that was taken back, by a stretch that ends early', () =>
    expect(
      places(
        steps([
          [0, 15],
          [-0.2, 8],
          [0, 15],
        ]),
      ),
    ).toEqual([15, 23]));

  it('finds a slow drift that no two neighbours show', () => {
    const drifting = steps([[0, 40]]).map((value, i) => value - 0.004 * i);
    expect(places(drifting).length).toBeGreaterThanOrEqual(1);
  });

  it('gives the same answer every time', () => {
    const values = steps(
      [
        [0, 12],
        [-0.05, 12],
      ],
      5,
    );
    expect(changePoints(values, LEVEL)).toEqual(changePoints(values, LEVEL));
  });

  it('says nothing of too few values, of equal ones and of none', () => {
    expect(places([])).toEqual([]);
    expect(places([1, 1, 1, 9, 9, 9])).toEqual([]);
    expect(places(Array(30).fill(3))).toEqual([]);
  });

  it('splits where the definition in the paper does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 10, max: 18 }), (seed, length) => {
        const values = steps(
          [
            [0, length],
            [-0.3, 8],
          ],
          seed,
        );
        const [first] = changePoints(values, { ...LEVEL, alpha: 0.5 });
        const found = changePoints(values, { alpha: 0.5, permutations: 1 });
        expect(found.some(({ at }) => at === byDefinition(values, 3)) || first === undefined).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('finds no more in unchanged values than its level says', () => {
    const histories = 300;
    const alarms = Array.from({ length: histories }, (_, seed) => places(steps([[0, 20]], seed + 100))).filter(
      (found) => found.length > 0,
    ).length;
    // 1 % and three standard errors.
    expect(alarms / histories).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt((0.01 * 0.99) / histories));
  });
});

describe('segments', () => {
  it('cover all values, each once', () =>
    expect(segmentsOf(10, [{ at: 3 }, { at: 7 }])).toEqual([
      { from: 0, to: 3 },
      { from: 3, to: 7 },
      { from: 7, to: 10 },
    ]));
});
