import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FULL_WORKLOAD,
  objectiveValue,
  R1_REQUEST,
  requestSeconds,
  SHORT_WORKLOAD,
  tokenTrace,
  workloadSchema,
} from '../../../src/core/workload.js';

describe('tokenTrace', () => {
  it('is fixed by the seed, and a longer one begins with the shorter', () => {
    expect(tokenTrace(1, 5, 151936)).toEqual(tokenTrace(1, 9, 151936).slice(0, 5));
    expect(tokenTrace(1, 20, 151936)).not.toEqual(tokenTrace(2, 20, 151936));
  });

  it('keeps away from special ids and inside any vocabulary', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 200_000 }), (seed, vocabulary) => {
        const ids = tokenTrace(seed, 64, vocabulary);
        expect(ids).toHaveLength(64);
        expect(Math.max(...ids)).toBeLessThan(vocabulary);
        if (vocabulary > 2000) {
          expect(Math.min(...ids)).toBeGreaterThanOrEqual(1000);
          expect(Math.max(...ids)).toBeLessThan(vocabulary * 0.9);
        }
      }),
    );
  });

  it('does not repeat itself: a trace of one token would be a workload of its own', () =>
    expect(new Set(tokenTrace(1, 512, 151936)).size).toBeGreaterThan(500));
});

describe('objectiveValue', () => {
  const rates = { prefillTokensPerSecond: 100, decodeTokensPerSecond: 20 };

  it('scores the declared request: 128 at 100 tok/s and 1024 at 20 tok/s take 52.48 s', () => {
    expect(requestSeconds(R1_REQUEST, 100, 20)).toBeCloseTo(52.48, 10);
    expect(objectiveValue('workload', rates, R1_REQUEST)).toBeCloseTo(1152 / 52.48, 10);
  });

  it('takes one rate for the others', () => {
    expect(objectiveValue('decode', rates, R1_REQUEST)).toBe(20);
    expect(objectiveValue('prefill', rates, R1_REQUEST)).toBe(100);
    expect(objectiveValue('throughput', { ...rates, throughputTokensPerSecond: 55 }, R1_REQUEST)).toBe(55);
    expect(objectiveValue('throughput', { ...rates, throughputTokensPerSecond: null }, R1_REQUEST)).toBe(20);
  });

  it('is better when larger, whatever the objective', () => {
    for (const objective of ['workload', 'decode', 'prefill', 'throughput'] as const) {
      const faster = { prefillTokensPerSecond: 120, decodeTokensPerSecond: 24 };
      expect(objectiveValue(objective, faster, R1_REQUEST)).toBeGreaterThan(
        objectiveValue(objective, rates, R1_REQUEST),
      );
    }
  });
});

it('the standard workloads are valid; the full one is pp512 + tg128', () => {
  expect(workloadSchema.parse(FULL_WORKLOAD)).toMatchObject({ promptTokens: 512, generateTokens: 128 });
  expect(workloadSchema.parse(SHORT_WORKLOAD)).toMatchObject({ promptTokens: 128, generateTokens: 32 });
});
