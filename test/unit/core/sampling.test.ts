import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GREEDY, type Sampling } from '../../../src/core/engine.js';
import { argmax, logSumExp, sampleToken } from '../../../src/core/sampling.js';

const WARM: Sampling = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 7 };
const row = (...values: number[]): Float32Array => Float32Array.from(values);
const logs = (...probabilities: number[]): Float32Array => row(...probabilities.map(Math.log));

/** Tokens drawn at many positions, and how often each. */
function histogram(logits: Float32Array, sampling: Sampling, draws = 4000): number[] {
  const counts = new Array<number>(logits.length).fill(0);
  for (let position = 0; position < draws; position++) counts[sampleToken(logits, sampling, { position }).token]!++;
  return counts.map((count) => count / draws);
}

const logitsOf = (length: { minLength: number; maxLength: number }) =>
  fc.array(fc.float({ min: -30, max: 30, noNaN: true }), length).map((values) => Float32Array.from(values));

describe('greedy', () => {
  it('takes the largest logit, the lower id of equals', () => {
    expect(sampleToken(row(1, 3, 3, 2), GREEDY, { position: 0 })).toEqual({ token: 1 });
    expect(argmax(row(-5, -4, -6))).toBe(1);
  });

  it('takes the likeliest allowed token', () => {
    const step = sampleToken(row(5, 4, 9, 7), GREEDY, { position: 0, allowed: (id) => id < 2 });
    expect(step.token).toBe(0);
  });

  it('refuses to go on when nothing is allowed', () => {
    expect(() => sampleToken(row(1, 2), GREEDY, { position: 0, allowed: () => false })).toThrow(/No token/);
  });

  it('asks little of `allowed` when the best token passes', () => {
    let asked = 0;
    const allowed = () => ++asked > 0;
    sampleToken(
      Float32Array.from({ length: 10000 }, (_, i) => i % 97),
      GREEDY,
      { position: 0, allowed },
    );
    expect(asked).toBe(1);
  });
});

describe('adjustment', () => {
  it('adds the bias and leaves the row as it was', () => {
    const logits = row(1, 2, 3);
    expect(sampleToken(logits, { ...GREEDY, logitBias: { 0: 10, 99: 5 } }, { position: 0 }).token).toBe(0);
    expect([...logits]).toEqual([1, 2, 3]);
  });

  it('frequency counts, presence does not', () => {
    const counts = new Map([[2, 3]]);
    const frequency = { ...GREEDY, frequencyPenalty: 0.4 };
    const presence = { ...GREEDY, presencePenalty: 0.4 };
    expect(sampleToken(row(1, 2, 3), frequency, { position: 0, counts }).token).toBe(1);
    expect(sampleToken(row(1, 2, 3), presence, { position: 0, counts }).token).toBe(2);
    expect(sampleToken(row(1, 2, 3), { ...GREEDY, presencePenalty: 1.1 }, { position: 0, counts }).token).toBe(1);
  });
});

describe('sampled', () => {
  it('draws in proportion to the probabilities', () => {
    const seen = histogram(logs(0.1, 0.2, 0.3, 0.4), WARM);
    [0.1, 0.2, 0.3, 0.4].forEach((p, id) => {
      expect(Math.abs(seen[id]! - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 4000));
    });
  });

  it('temperature sharpens: the weights are raised to 1/T', () => {
    const seen = histogram(logs(0.25, 0.75), { ...WARM, temperature: 0.5 });
    expect(Math.abs(seen[1]! - 0.9)).toBeLessThan(0.02);
  });

  it('top-k keeps the k best, min-p those near the best', () => {
    expect(histogram(logs(0.1, 0.2, 0.3, 0.4), { ...WARM, topK: 2 }).map((p) => p > 0)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(histogram(logs(0.05, 0.15, 0.3, 0.5), { ...WARM, minP: 0.25 }).map((p) => p > 0)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('top-p keeps the fewest tokens that hold the share, after temperature and top-k', () => {
    const kept = (sampling: Partial<Sampling>) =>
      histogram(logs(0.1, 0.2, 0.3, 0.4), { ...WARM, ...sampling }).map((p) => p > 0);
    expect(kept({ topP: 0.69 })).toEqual([false, false, true, true]);
    expect(kept({ topP: 0.71 })).toEqual([false, true, true, true]);
    expect(kept({ topP: 0.5, topK: 2 })).toEqual([false, false, false, true]);
    expect(kept({ topP: 0.4, temperature: 5 })).toEqual([false, false, true, true]);
    expect(kept({ topP: 0 })).toEqual([false, false, false, true]);
  });

  it('min-p does not change the mass that top-p is a share of', () => {
    // Of 0.4 + 0.3 + 0.2 + 0.1 the share 0.65 needs two tokens; of 0.4 + 0.3 alone it needs two as well, 0.55 does not.
    const kept = histogram(logs(0.1, 0.2, 0.3, 0.4), { ...WARM, topP: 0.55, minP: 0.7 });
    expect(kept.map((p) => p > 0)).toEqual([false, false, true, true]);
  });

  it('is fixed by seed and position', () => {
    const logits = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));
    const draws = (seed: number) =>
      Array.from({ length: 20 }, (_, position) => sampleToken(logits, { ...WARM, seed }, { position }).token);
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
    expect(new Set(draws(1)).size).toBeGreaterThan(5);
  });

  it('with `allowed`, draws among the allowed of the nucleus, else takes the best allowed', () => {
    const logits = logs(0.1, 0.2, 0.3, 0.4);
    for (let position = 0; position < 50; position++) {
      const even = sampleToken(logits, WARM, { position, allowed: (id) => id % 2 === 0 });
      expect(even.token % 2).toBe(0);
      const rest = sampleToken(logits, { ...WARM, topK: 2 }, { position, allowed: (id) => id < 2 });
      expect(rest.token).toBe(1);
    }
  });

  it('any row: the token lies in the sorted-prefix that a plain implementation keeps', () => {
    const settings = fc.record({
      temperature: fc.double({ min: 0.1, max: 3, noNaN: true }),
      topK: fc.integer({ min: 0, max: 12 }),
      topP: fc.double({ min: 0.05, max: 1, noNaN: true }),
      minP: fc.double({ min: 0, max: 0.5, noNaN: true }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(logitsOf({ minLength: 1, maxLength: 40 }), settings, fc.nat(100), (logits, sampling, position) => {
        const { token } = sampleToken(logits, sampling, { position });
        expect(plainNucleus(logits, sampling)).toContain(token);
      }),
    );
  });
});

describe('a large vocabulary', () => {
  const size = 20_000;
  const logits = Float32Array.from({ length: size }, (_, i) => 3 * Math.sin(i * 12.9898) + Math.cos(i * 4.1414));
  const draws = (sampling: Partial<Sampling>, count = 60) =>
    Array.from({ length: count }, (_, position) => sampleToken(logits, { ...WARM, ...sampling }, { position }).token);

  it.each([
    { topP: 0.95 },
    { topP: 0.3 },
    { topK: 40 },
    { topK: 500, topP: 0.5 },
    { minP: 0.4 },
    { topP: 0.8, minP: 0.2 },
  ])('keeps what a sort of all keeps: %o', (limits) => {
    const kept = new Set(plainNucleus(logits, { ...WARM, ...limits }));
    for (const token of draws(limits)) expect(kept.has(token)).toBe(true);
  });

  it('draws by weight over all of it', () => {
    // The half of the ids with the larger logits holds a share of the mass that draws must show.
    const sorted = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    const weights = sorted.map((id) => Math.exp(logits[id]!));
    const total = weights.reduce((a, b) => a + b);
    const upper = new Set(sorted.slice(0, size / 10));
    const share = weights.slice(0, size / 10).reduce((a, b) => a + b) / total;
    const seen = draws({}, 400).filter((token) => upper.has(token)).length / 400;
    expect(Math.abs(seen - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 400));
  });

  it('allows few: draws among them, in the proportions they have', () => {
    const allowed = (token: number): boolean => token % 3331 === 5;
    const ids = [...logits.keys()].filter(allowed);
    const weights = ids.map((id) => Math.exp(logits[id]!));
    const total = weights.reduce((a, b) => a + b);
    const best = ids[weights.indexOf(Math.max(...weights))]!;
    const tokens = Array.from({ length: 100 }, (_, position) => sampleToken(logits, WARM, { position, allowed }).token);
    expect(tokens.every(allowed)).toBe(true);
    const share = Math.max(...weights) / total;
    const seen = tokens.filter((token) => token === best).length / tokens.length;
    expect(Math.abs(seen - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / tokens.length));
  });

  it('greedy among a few allowed ones takes the likeliest of them', () => {
    const allowed = (token: number): boolean => token % 3331 === 5;
    const ids = [...logits.keys()].filter(allowed);
    const best = ids.reduce((a, b) => (logits[b]! > logits[a]! ? b : a));
    expect(sampleToken(logits, GREEDY, { position: 0, allowed }).token).toBe(best);
  });
});

describe('logprobs', () => {
  it('are of the model at temperature 1, before bias', () => {
    const logits = logs(0.1, 0.2, 0.7);
    const step = sampleToken(logits, { ...WARM, temperature: 0.2, logitBias: { 0: 50 } }, { position: 0, logprobs: 2 });
    expect(step.token).toBe(0);
    expect(step.logprob).toBeCloseTo(Math.log(0.1), 5);
    expect(step.topLogprobs!.map(({ token }) => token)).toEqual([2, 1]);
    expect(step.topLogprobs![0]!.logprob).toBeCloseTo(Math.log(0.7), 5);
  });

  it('zero asks for the token alone; more than the vocabulary gives the vocabulary', () => {
    expect(sampleToken(row(1, 2), GREEDY, { position: 0, logprobs: 0 }).topLogprobs).toEqual([]);
    expect(sampleToken(row(1, 2), GREEDY, { position: 0, logprobs: 20 }).topLogprobs).toHaveLength(2);
  });

  it('sum to one', () => {
    fc.assert(
      fc.property(logitsOf({ minLength: 1, maxLength: 60 }), (logits) => {
        const normalizer = logSumExp(logits);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit - normalizer), 0);
        expect(total).toBeCloseTo(1, 4);
      }),
    );
  });
});

/** Sort, then cut by k, by p, by min-p: written apart from the sampler, with a little slack for rounding at the edges. */
function plainNucleus(logits: Float32Array, { temperature, topK, topP, minP }: Sampling): number[] {
  const peak = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - peak) / temperature));
  const sorted = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  const k = topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
  const mass = sorted.slice(0, k).reduce((sum, id) => sum + weights[id]!, 0);
  let before = 0;
  return sorted.filter((id, i) => {
    const isHeavy = before < topP * mass * (1 + 1e-9) && weights[id]! >= minP * (1 - 1e-9);
    before += weights[id]!;
    return i < k && (i === 0 || isHeavy);
  });
}
