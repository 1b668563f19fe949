import { describe, expect, it } from 'vitest';
import type { ClaimFacts } from '../../../src/claims/claim.js';
import { warmUpRequests } from '../../../src/claims/claims/07-warm-up.js';
import { scaledRate } from '../../../src/claims/claims/08-cpu-is-enough.js';
import { costVerdict, hourlyPrice } from '../../../src/claims/claims/12-half-the-cost.js';
import { concludeClaim } from '../../../src/claims/conclude.js';
import type { Design } from '../../../src/claims/design.js';
import { CLAIMS } from '../../../src/claims/index.js';
import { neededBlocks } from '../../../src/claims/schedule.js';
import { type ClaimResult, claimResultSchema } from '../../../src/core/claims.js';
import type { Arm } from '../../../src/core/experiment.js';
import { gaussian, randomStream } from '../../../src/core/random.js';
import { CLAIM_STATISTICS } from '../../../src/runs/claims/statistics.js';
import { claimFacts, claimModel } from '../../helpers/claims/claim-facts.js';
import { simulateClaim, type Truth } from '../../helpers/claims/claim-trials.js';

/** One experiment with 1 % of noise: what is true is far from what is not. */
function concluded(number: number, truth: (arm: Arm) => Truth, facts: ClaimFacts = claimFacts()): ClaimResult {
  const claim = CLAIMS.find((c) => c.number === number)!;
  const design = claim.design(facts) as Design;
  const random = randomStream(1, 'noise');
  const trials = simulateClaim(design, {
    blocks: neededBlocks(design),
    noise: () => 0.01 * gaussian(random),
    order: randomStream(1, 'order'),
    truth,
  });
  const conduct = { trials, failed: [], blocksPlanned: 8, blocksRepeated: 0, wallMs: 1 };
  return claimResultSchema.parse(concludeClaim(claim, design, conduct, facts, CLAIM_STATISTICS));
}

describe('claim 1: the best thread count', () => {
  const curve = (best: number) => (arm: Arm) => {
    const off = Math.abs(Math.log2(arm.candidate.threads / best));
    return { decode: 20 / (1 + 0.3 * off), prefill: 80 / (1 + 0.3 * off) };
  };

  it('holds when the physical cores are best and more loses', () => {
    const result = concluded(1, curve(8));
    expect(result.verdict).toBe('holds');
    expect(result.finding).toMatch(/decode is best with 8 threads, prefill is best with 8 threads/);
  });

  it('does not hold when fewer threads decode faster', () => {
    const result = concluded(1, (arm) => ({ ...curve(8)(arm), decode: curve(4)(arm).decode }));
    expect(result.verdict).toBe('does-not-hold');
    expect(result.finding).toMatch(/decode is best with 4 threads/);
    expect(result.finding).toMatch(/4 threads over 8, decode: \+/);
  });

  it('shows no difference when all counts are equal, and names them all', () => {
    const result = concluded(1, () => ({}));
    expect(result.verdict).toBe('no-difference');
    expect(result.finding).toMatch(/1 thread or 4 threads or 8 threads/);
  });
});

describe('claim 5: bytes', () => {
  const truth =
    (memory: Record<string, number>, decode: Record<string, number>) =>
    ({ candidate: { quant } }: Arm): Truth => ({ rssBytes: memory[quant]!, decode: decode[quant]! });
  const MEMORY = { f16: 4e9, q8_0: 2e9, q4_0: 1e9, int8: 2e9, int4: 1e9 };
  const DECODE = { f16: 5, q8_0: 9.4, q4_0: 17.7, int8: 9, int4: 16.2 };

  it('holds when memory and speed follow them', () => {
    expect(concluded(5, truth(MEMORY, DECODE)).verdict).toBe('holds');
  });

  it('does not hold when INT4 takes as much memory as FP16, although that is "no difference"', () => {
    const result = concluded(5, truth({ ...MEMORY, q4_0: 4e9 }, DECODE));
    expect(result.verdict).toBe('does-not-hold');
    expect(result.finding).toMatch(/not as claimed/);
  });

  it('reports files and shares of the bandwidth', () => {
    const { facts } = concluded(5, truth(MEMORY, DECODE));
    const share = facts.find((f) => f.name === 'llama-cpp q4_0: share of the memory bandwidth')!;
    expect(share.value.estimate).toBeGreaterThan(0.3);
    expect(share.value.low!).toBeLessThan(share.value.high!);
    expect(facts.some((f) => f.name === 'onnx int4: file' && f.unit === 'bytes')).toBe(true);
  });
});

describe('claim 7: warm-up', () => {
  const slowFor = (slow: number, factor: number) =>
    Array.from({ length: 15 }, (_, request) => (request < slow ? 100 * factor : 100));

  it('holds when one request is slow, and says that one is enough', () => {
    const result = concluded(7, () => ({ ttftMs: slowFor(1, 2) }));
    expect(result.verdict).toBe('holds');
    expect(result.finding).toMatch(/Warm-up requests needed: 1 with the page cache warm, 1 with the page cache cold/);
  });

  it('does not hold when more than ten requests are slow', () => {
    expect(concluded(7, () => ({ ttftMs: slowFor(11, 1.5) })).verdict).toBe('does-not-hold');
  });

  it('shows no difference when all requests are alike', () => {
    const result = concluded(7, () => ({ ttftMs: slowFor(0, 1) }));
    expect(result.verdict).toBe('no-difference');
    expect(result.finding).toMatch(/needed: 0 with/);
  });

  it('counts requests up to the last slow one', () => {
    expect(warmUpRequests([2, 1.2, 1.01, 1, 0.99])).toBe(2);
    expect(warmUpRequests([2, 1, 1.2, 1, 1])).toBe(3);
    expect(warmUpRequests([1, 1, 1])).toBe(0);
  });

  it('tests the warm cache alone where the cold one cannot be made', () => {
    const facts = claimFacts({ controls: { cpuGroups: null, pageCache: 'no dd.', swappiness: null } });
    const result = concluded(7, () => ({ ttftMs: slowFor(1, 2) }), facts);
    expect(result.arms).toHaveLength(1);
    expect(result.notes.join()).toMatch(/no dd/);
  });
});

describe('claim 8: a CPU is enough', () => {
  const seven = claimModel('llama-cpp', 'q4_0');
  const facts = claimFacts({
    larger: { ...seven, geometryId: 'deepseek-r1-distill-qwen-7b', bytesPerToken: 4e9 },
  });

  it('scales by the share of the bandwidth, and an answer of 1,024 tokens takes longer than 1.2 s', () => {
    const result = concluded(8, (arm) => ({ decode: arm.name.includes('7b') ? 8 : 30 }), facts);
    expect(result.verdict).toBe('does-not-hold');
    const scaled = result.facts.find((f) => f.name.startsWith('7B INT4'))!;
    expect(scaled.value.low!).toBeGreaterThan(15);
    expect(scaled.value.high!).toBeLessThan(45);
    expect(result.finding).toMatch(/GB\/s/);
    expect(result.facts.some((f) => /7b.*one answer of 128 \+ 1024/.test(f.name))).toBe(true);
  });

  it('twice the share of the bandwidth is twice the rate', () => {
    const machine = { bytesPerSecond: { low: 100e9, high: 100e9 }, bytesPerToken: 1e9 };
    expect(scaledRate({ low: 0.5, high: 0.5 }, machine).low).toBeCloseTo(35, 9);
    expect(scaledRate({ low: 1, high: 1 }, machine).high).toBeCloseTo(90, 9);
  });

  it('cannot scale without a measured bandwidth, but tells the times here', () => {
    const blind = claimFacts();
    blind.machine.bandwidth = null;
    const result = concluded(8, () => ({}), blind);
    expect(result.verdict).toBe('cannot-test');
    expect(result.facts.some((f) => f.name.includes('one answer'))).toBe(true);
  });
});

describe('claim 12: half the cost', () => {
  const exact = (estimate: number, half = 0.01) => ({
    estimate,
    low: estimate - half,
    high: estimate + half,
    level: 0.95,
    n: 4,
  });

  it.each([
    [0.3, 'holds'],
    [0.54, 'holds'],
    [0.55, 'no-difference'],
    [0.8, 'does-not-hold'],
  ])('%f of the price', (ratio, verdict) => {
    expect(costVerdict(exact(ratio))).toBe(verdict);
  });

  it('puts the price of a million tokens beside that of the GPU', () => {
    const result = concluded(12, (arm) => ({ throughput: arm.candidate.sequences > 1 ? 50 : 20 }));
    const many = result.facts.find((f) => f.name.startsWith('4 streams: a million'))!;
    expect(many.value.estimate).toBeCloseTo(0.5556, 1);
    expect(many.value.low!).toBeLessThan(many.value.high!);
    expect(result.verdict).toBe('holds');
  });

  it('adds power only where both its figures are given', () => {
    const { prices } = claimFacts();
    expect(hourlyPrice(prices)).toBe(0.1);
    expect(hourlyPrice({ ...prices, watts: 200 })).toBe(0.1);
    expect(hourlyPrice({ ...prices, watts: 200, pricePerKwh: 0.3 })).toBeCloseTo(0.16, 9);
  });

  it('asks for the side of the GPU', () => {
    const facts = claimFacts();
    const result = concluded(12, () => ({}), { ...facts, prices: { ...facts.prices, gpuPricePerHour: null } });
    expect(result.verdict).toBe('cannot-test');
    expect(result.finding).toMatch(/--gpu-price-per-hour/);
  });
});

describe('too few blocks', () => {
  it('give no verdict, and say how many there were and why', () => {
    const claim = CLAIMS[1]!;
    const facts = claimFacts();
    const design = claim.design(facts) as Design;
    const options = { blocks: 3, noise: () => 0, order: randomStream(1, 'order'), truth: () => ({}) };
    const trials = simulateClaim(design, options);
    const conduct = { trials, failed: [], blocksPlanned: 7, blocksRepeated: 0, wallMs: 1 };
    const result = concludeClaim(claim, design, conduct, facts, CLAIM_STATISTICS);
    expect(result.verdict).toBe('cannot-test');
    expect(result.finding).toMatch(/^3 of the 7 blocks/);
  });
});
