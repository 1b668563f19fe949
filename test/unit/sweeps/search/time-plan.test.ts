import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../../src/core/candidate.js';
import { FULL_WORKLOAD, SHORT_WORKLOAD } from '../../../../src/core/workload.js';
import {
  deadlineMs,
  expectedRates,
  expectedTrialMs,
  type Pilot,
  pilotOf,
} from '../../../../src/sweeps/search/time-plan.js';
import { sampleMetrics, sampleOutcome, sampleSamples } from '../../../helpers/sample-trial.js';

/** 160 prompt tokens at 100 tok/s and 36 generated at 20 tok/s: 1.6 + 1.8 s, in a trial of 5 s. */
const outcome = sampleOutcome({ fidelity: 'short', wallMs: 5000 });
const pilot = pilotOf(outcome)!;
const at = (threads: number) => baseCandidate('llama-cpp', 'q4_0', threads);

describe('pilotOf', () => {
  it('splits a trial into evaluation and the rest', () =>
    expect(pilot).toEqual({
      backend: 'llama-cpp',
      quant: 'q4_0',
      threads: 4,
      fixedMs: expect.closeTo(1600, 6),
      prefillTokensPerSecond: 100,
      decodeTokensPerSecond: 20,
      batchExponent: 0.3,
    }));

  it('learns from streams what batching brings, and takes their time for no part of the load', () => {
    // Four streams at 40 tok/s, where one has 20: the number of streams to the power 0.5.
    const workload = { ...SHORT_WORKLOAD, streams: { promptTokens: 25, generateTokens: 20 } };
    const batched = pilotOf(
      sampleOutcome({
        candidate: { ...at(4), sequences: 4 },
        workload,
        wallMs: 5000 + 1000 + 2000,
        metrics: sampleMetrics({ throughputTokensPerSecond: 40 }),
        samples: sampleSamples({ streams: { sequences: 4, tokens: 80, wallMs: 2000 } }),
      }),
    )!;
    expect(batched.batchExponent).toBeCloseTo(0.5, 9);
    expect(batched.fixedMs).toBeCloseTo(1600, 6);
    expect(expectedTrialMs({ ...at(4), sequences: 4 }, workload, [batched], 8)).toBeCloseTo(8000, 6);
    // 16 streams would decode 80 tok/s together: 4 s, after 4 s of prompts.
    expect(expectedTrialMs({ ...at(4), sequences: 16 }, workload, [batched], 8)).toBeCloseTo(13_000, 6);
  });

  it('never takes starting a process for nothing, and a failed trial for a pilot', () => {
    expect(pilotOf(sampleOutcome({ fidelity: 'short', wallMs: 10 }))!.fixedMs).toBe(200);
    expect(pilotOf(sampleOutcome({ status: 'crashed', metrics: null }))).toBeNull();
  });
});

describe('expectedTrialMs', () => {
  it('of the pilot itself is what it took', () =>
    expect(expectedTrialMs(at(4), SHORT_WORKLOAD, [pilot], 8)).toBeCloseTo(5000, 6));

  it('scales prefill with threads and decode less', () => {
    // Full: 544 prompt tokens, 136 generated. At 8 threads: prefill 200 tok/s, decode 20 × 2^0.7.
    const expected = 1600 + (544 / 200 + 136 / (20 * 2 ** 0.7)) * 1000;
    expect(expectedTrialMs(at(8), FULL_WORKLOAD, [pilot], 8)).toBeCloseTo(expected, 6);
  });

  it('threads beyond the budget bring nothing', () =>
    expect(expectedTrialMs(at(16), FULL_WORKLOAD, [pilot], 8)).toBe(expectedTrialMs(at(8), FULL_WORKLOAD, [pilot], 8)));

  it('adds concurrent streams and an earlier context', () => {
    const one = expectedTrialMs(at(4), FULL_WORKLOAD, [pilot], 8);
    expect(expectedTrialMs({ ...at(4), sequences: 4 }, FULL_WORKLOAD, [pilot], 8) - one).toBeCloseTo(
      (512 / (20 * 4 ** 0.3)) * 1000,
      6,
    );
    expect(expectedTrialMs(at(4), { ...FULL_WORKLOAD, contextDepth: 1000 }, [pilot], 8) - one).toBeCloseTo(10_000, 6);
  });

  it('replicas decode with all their threads, and load one after another where CPUs are few', () => {
    const pair = { ...at(4), replicas: 2 };
    const aloneMs = expectedTrialMs(at(4), FULL_WORKLOAD, [pilot], 8) - 1600;
    const streamsMs = (256 / (20 * 2 ** 0.7)) * 1000;
    expect(expectedTrialMs(pair, FULL_WORKLOAD, [pilot], 8)).toBeCloseTo(1600 + aloneMs + streamsMs, 6);
    const few = { ...pilot, threads: 2 };
    const two = { ...at(1), replicas: 2 };
    const one = expectedTrialMs(at(1), FULL_WORKLOAD, [few], 2) - 1600;
    expect(expectedTrialMs(two, FULL_WORKLOAD, [few], 2)).toBeCloseTo(3200 + one + (256 / 20) * 1000, 6);
  });

  it('follows the pilots with other thread counts, on any quantization of the engine, straight in between', () => {
    const slow = { ...pilot, threads: 1, prefillTokensPerSecond: 25, decodeTokensPerSecond: 10, fixedMs: 1400 };
    const decode = (threads: number, quant = 'q4_0') =>
      expectedRates({ ...at(threads), quant }, [pilot, slow, { ...pilot, quant: 'q8_0', decodeTokensPerSecond: 8 }], 8)!
        .decodeTokensPerSecond;
    expect([1, 2, 4].map((threads) => decode(threads))).toEqual([10, expect.closeTo(20 / Math.SQRT2, 9), 20]);
    expect(decode(8)).toBeCloseTo(20 * 2 ** 0.7, 9);
    expect(decode(1, 'q8_0')).toBeCloseTo(4, 9);
    // The fastest start stands for all: the first load of a file is slower than any later one.
    expect(expectedTrialMs(at(4), SHORT_WORKLOAD, [pilot, slow], 8)).toBeCloseTo(5000 - 200, 6);
  });

  it('a machine on which threads hinder one another is no surprise', () => {
    const alone = { ...pilot, threads: 1, decodeTokensPerSecond: 300 };
    const rates = expectedRates({ ...at(1), replicas: 4 }, [pilot, alone], 8)!;
    expect(rates.decodeTokensPerSecond).toBeCloseTo(300, 9);
    expect(rates.throughputTokensPerSecond).toBeCloseTo(300, 9);
  });

  it('is 0 without a pilot of that engine and quantization', () =>
    expect(expectedTrialMs(baseCandidate('onnx', 'int4', 4), FULL_WORKLOAD, [pilot], 8)).toBe(0));

  it('is shorter with more threads, and longer with more tokens, whatever the pilot', () => {
    const pilots = fc.record({
      backend: fc.constant('llama-cpp' as const),
      quant: fc.constant('q4_0'),
      threads: fc.integer({ min: 1, max: 64 }),
      fixedMs: fc.double({ min: 200, max: 1e5, noNaN: true }),
      prefillTokensPerSecond: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
      decodeTokensPerSecond: fc.double({ min: 0.1, max: 1e3, noNaN: true }),
      batchExponent: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(pilots, fc.integer({ min: 1, max: 63 }), (p: Pilot, threads) => {
        const expected = (n: number, w = FULL_WORKLOAD) => expectedTrialMs(at(n), w, [p], 64);
        expect(expected(threads + 1)).toBeLessThan(expected(threads));
        expect(expected(threads, SHORT_WORKLOAD)).toBeLessThan(expected(threads));
        expect(expected(threads)).toBeGreaterThan(p.fixedMs);
      }),
    );
  });
});

it('a deadline is six times the expectation, and never below a minute: a slow disk is no hang', () => {
  expect(deadlineMs(20_000)).toBe(120_000);
  expect(deadlineMs(100)).toBe(60_000);
  expect(deadlineMs(0)).toBe(60_000);
});
