import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { type GatePair, gateVerdict, nextLook } from '../../../../src/sweeps/gate/paired.js';

const RATE = { metrics: [{ name: 'rate', better: 'higher' }] } as const;

/** `count` pairs whose candidate is `ratio` times the baseline, with noise of `sd` in the log-ratio. */
function pairs(count: number, ratio: number, sd = 0.01, seed = 1): GatePair[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    baseline: { rate: 20 },
    candidate: { rate: 20 * ratio * Math.exp(sd * gaussian(random)) },
  }));
}

/** A loss of 4 % under swings of ±20 %: never shown, never excluded. */
const greyPairs = (count: number): GatePair[] =>
  Array.from({ length: count }, (_, i) => ({
    baseline: { rate: 20 },
    candidate: { rate: 20 * 0.96 * Math.exp(0.4 * (((i * 0.618) % 1) - 0.5)) },
  }));

describe('gateVerdict', () => {
  it('asks for the first look, and decides a clear case there', () => {
    expect(nextLook([], RATE)).toBe(6);
    expect(nextLook(pairs(9, 0.8), RATE)).toBe(10);
    expect(gateVerdict(pairs(10, 0.8), RATE)).toMatchObject({ verdict: 'FAIL', nextLook: null, validPairs: 10 });
    expect(gateVerdict(pairs(10, 1), RATE)).toMatchObject({ verdict: 'PASS', nextLook: null });
  });

  it('passes at six pairs what is clearly unchanged, and fails nothing before ten', () => {
    expect(gateVerdict(pairs(6, 1), RATE)).toMatchObject({ verdict: 'PASS', validPairs: 6 });
    expect(gateVerdict(pairs(8, 0.5), RATE)).toMatchObject({ verdict: 'INCONCLUSIVE', nextLook: 10 });
  });

  it('sees a loss through what the place in a pair alone does, when told the orders', () => {
    const orders = ['AB', 'BA', 'BA', 'AB', 'AB', 'BA', 'AB', 'BA', 'BA', 'AB'] as const;
    const cold = pairs(10, 0.92).map((pair, i): GatePair => {
      const first = orders[i] === 'AB' ? 'baseline' : 'candidate';
      return { ...pair, [first]: { rate: pair[first].rate! * 0.9 }, order: orders[i]! };
    });
    expect(gateVerdict(cold, RATE).verdict).toBe('FAIL');
    expect(
      gateVerdict(
        cold.map(({ order, ...pair }) => pair),
        RATE,
      ).verdict,
    ).toBe('INCONCLUSIVE');
  });

  it('goes on to the next look while neither is shown, and ends after the last', () => {
    const grey = greyPairs(30);
    expect(nextLook(grey.slice(0, 10), RATE)).toBe(14);
    expect(nextLook(grey.slice(0, 14), RATE)).toBe(20);
    expect(gateVerdict(grey, RATE)).toMatchObject({ verdict: 'INCONCLUSIVE', nextLook: null });
    expect(gateVerdict(grey, RATE).metrics.rate).toMatchObject({ pairs: 30 });
  });

  it('needs both a significant and a material loss', () => {
    // −3 % measured to ±0.1 %: surely a loss, and not one that matters.
    expect(gateVerdict(pairs(30, 0.97, 0.001), RATE).verdict).toBe('PASS');
    expect(gateVerdict(pairs(30, 0.97, 0.001), { ...RATE, margin: 0.02 }).verdict).toBe('FAIL');
  });

  it('gives its limits as ratios, with what it could have seen', () => {
    const { rate } = gateVerdict(pairs(10, 0.9), RATE).metrics;
    expect(rate!.ratio).toBeCloseTo(0.9, 1);
    expect(rate!.failLimit).toBeGreaterThan(rate!.ratio!);
    expect(rate!.passLimit).toBeLessThan(rate!.ratio!);
    expect(rate!.minimumDetectable).toBeGreaterThan(0.05);
    expect(rate!.marginRatio).toBeCloseTo(0.95, 12);
  });

  it('does not change its mind about a decided look when more pairs come', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.9, 0.95, 1), fc.constantFrom(0.02, 0.06), (seed, ratio, sd) => {
        const all = pairs(30, ratio, sd, seed);
        let wanted = nextLook([], RATE);
        while (wanted !== null && nextLook(all.slice(0, wanted), RATE) !== null)
          wanted = nextLook(all.slice(0, wanted), RATE);
        const stopped = gateVerdict(all.slice(0, wanted ?? 30), RATE);
        expect(gateVerdict(all, RATE).verdict).toBe(stopped.verdict);
      }),
    );
  });

  it('turns latencies round', () => {
    const slower = pairs(10, 1.25).map(({ baseline, candidate }) => ({
      baseline: { ttft: baseline.rate! },
      candidate: { ttft: candidate.rate! },
    }));
    const ttft = { metrics: [{ name: 'ttft', better: 'lower' }] } as const;
    expect(gateVerdict(slower, ttft).verdict).toBe('FAIL');
    expect(gateVerdict(slower, ttft).metrics.ttft!.ratio).toBeLessThan(0.85);
    expect(gateVerdict(slower, ttft).metrics.ttft!.marginRatio).toBeCloseTo(1 / 1.05, 12);
  });
});

describe('several metrics', () => {
  const both = {
    metrics: [
      { name: 'rate', better: 'higher' },
      { name: 'ttft', better: 'lower' },
    ],
  } as const;
  const withTtft = (ttftRatio: number): GatePair[] =>
    pairs(14, 1).map((pair, i) => ({
      baseline: { ...pair.baseline, ttft: 100 },
      candidate: { ...pair.candidate, ttft: 100 * ttftRatio * (1 + 0.001 * i) },
    }));

  it('share alpha', () => {
    expect(gateVerdict([], both).alphaPerLook).toBeCloseTo(0.01 / 8, 12);
    expect(gateVerdict([], RATE).alphaPerLook).toBeCloseTo(0.01 / 4, 12);
  });

  it('fail when one fails, and pass when all pass', () => {
    expect(gateVerdict(withTtft(1.3), both)).toMatchObject({
      verdict: 'FAIL',
      metrics: { rate: { verdict: 'PASS' }, ttft: { verdict: 'FAIL' } },
    });
    expect(gateVerdict(withTtft(0.9), both).verdict).toBe('PASS');
  });

  it('want every metric in a pair', () => {
    expect(gateVerdict(pairs(10, 1), both)).toMatchObject({ validPairs: 0, voidPairs: 10 });
  });
});

describe('an environment that cannot be trusted', () => {
  const clean = pairs(10, 0.8);
  const voided = (count: number): GatePair[] => pairs(count, 1).map((pair) => ({ ...pair, isVoid: true }));

  it('is another machine', () => {
    const verdict = gateVerdict(clean, { ...RATE, fingerprintDifferences: ['cpuModel'] });
    expect(verdict.verdict).toBe('INVALID');
    expect(verdict.reasons[0]).toContain('cpuModel');
  });

  it('is one whose pairs are too wild to show what matters even at the last look', () => {
    const wild = pairs(20, 1, 0.5, 2);
    const verdict = gateVerdict(wild, RATE);
    expect(verdict.verdict).toBe('INVALID');
    expect(verdict.reasons[0]).toMatch(/pairs of the same two differ by \d+\.\d %.*Run it when nothing else/);
    expect(gateVerdict(pairs(20, 1, 0.12, 4), RATE).verdict).not.toBe('INVALID');
  });

  it('is not one where pairs had to be run again', () => {
    expect(gateVerdict([...voided(30), ...clean], RATE).verdict).toBe('FAIL');
    expect(gateVerdict([...voided(30), ...pairs(10, 1)], RATE).verdict).toBe('PASS');
  });

  it('is one where the baseline gives no number', () => {
    const none = Array.from({ length: 6 }, (): GatePair => ({ baseline: {}, candidate: { rate: 20 } }));
    expect(gateVerdict([...none, ...clean.slice(0, 4)], RATE)).toMatchObject({
      verdict: 'INVALID',
      reasons: ['The baseline gave no number in 6 of 10 pairs.'],
    });
  });

  it('is not judged by two void pairs at the start', () => {
    expect(gateVerdict(voided(2), RATE)).toMatchObject({ verdict: 'INCONCLUSIVE', nextLook: 6 });
  });
});

describe('a candidate that gives no number', () => {
  const broken: GatePair = { baseline: { rate: 20 }, candidate: { rate: null } };

  it('fails after three pairs in which the baseline worked', () => {
    expect(nextLook([broken, broken], RATE)).toBe(6);
    expect(gateVerdict([broken, broken, broken], RATE)).toMatchObject({ verdict: 'FAIL', nextLook: null });
  });

  it('is no verdict on the candidate when the baseline fails too', () => {
    const other: GatePair = { baseline: {}, candidate: { rate: 20 } };
    expect(gateVerdict([broken, broken, broken, other], RATE).verdict).toBe('INCONCLUSIVE');
  });
});
