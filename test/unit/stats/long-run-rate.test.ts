import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../src/core/random.js';
import { longRunRate, type TimedRate } from '../../../src/stats/long-run-rate.js';
import { rateInterval } from '../../../src/stats/rate-interval.js';
import { rateAtMost, repetitions } from '../../helpers/rates.js';
import { drift } from '../../helpers/search/noise.js';

/** 60 trials of a race of five arms, then 14 pairs of two of them, on a machine that wanders by `sd`; every arm's true rate is 1. */
function run(seed: number, sd: number): TimedRate[] {
  const random = seededRandom(seed);
  const weather = drift(random, 0.95, sd);
  const trial = (arm: string): TimedRate => ({ arm, rate: Math.exp(weather() + 0.02 * gaussian(random)) });
  const race = Array.from({ length: 60 }, (_, i) => trial('abcde'[i % 5]!));
  return [...race.filter(({ arm }) => arm !== 'a'), ...Array.from({ length: 28 }, (_, i) => trial('ae'[i % 2]!))];
}

const share = (runs: number, holds: (seed: number) => boolean): number =>
  Array.from({ length: runs }, (_, seed) => holds(seed)).filter(Boolean).length / runs;
const holdsOne = ({ low, high }: { low: number | null; high: number | null }): boolean => low! <= 1 && 1 <= high!;

describe('the long-run rate', () => {
  it('is held by its interval on a machine that drifts, where one of independent trials misses it every other time', () => {
    const runs = repetitions(300, 40);
    const misses = 1 - share(runs, (seed) => holdsOne(longRunRate(run(seed, 0.04), 'a')));
    expect(misses).toBeLessThan(rateAtMost(0.08, runs));
    const naive = share(runs, (seed) => {
      const own = run(seed, 0.04).filter(({ arm }) => arm === 'a');
      return holdsOne(rateInterval(own.map(({ rate }) => rate)));
    });
    expect(naive).toBeLessThan(0.75);
  });

  it('is at most two and a half times as wide as that of independent trials where the machine is steady', () => {
    const series = run(1, 0);
    const own = rateInterval(series.filter(({ arm }) => arm === 'a').map(({ rate }) => rate));
    const interval = longRunRate(series, 'a');
    expect(interval.n).toBe(14);
    expect(Math.log(interval.high! / interval.low!)).toBeLessThan(2.5 * Math.log(own.high! / own.low!));
    expect(interval.estimate).toBeCloseTo(own.estimate, 1);
  });

  it('has no limits below three trials, and does not depend on the unit', () => {
    expect(longRunRate([{ arm: 'a', rate: 2 }], 'a')).toMatchObject({ estimate: 2, low: null, high: null, n: 1 });
    const series = run(2, 0.03);
    const thousandfold = series.map(({ arm, rate }) => ({ arm, rate: 1000 * rate }));
    const [one, other] = [longRunRate(series, 'a'), longRunRate(thousandfold, 'a')];
    expect(other.low! / one.low!).toBeCloseTo(1000, 4);
    expect(other.high! / one.high!).toBeCloseTo(1000, 4);
  });
});
