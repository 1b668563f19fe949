import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsSchema } from '../../../src/core/outcome.js';
import { FULL_WORKLOAD, type Workload } from '../../../src/core/workload.js';
import { chunkRates, commonWindowRate, computeMetrics } from '../../../src/runners/timing.js';
import { sampleResources, sampleSamples } from '../../helpers/sample-trial.js';

const workload: Workload = { ...FULL_WORKLOAD, promptTokens: 200, generateTokens: 4 };
const metricsOf = (samples = {}, resources = {}) =>
  computeMetrics(workload, sampleSamples(samples), sampleResources(resources));

describe('computeMetrics', () => {
  // 200 prompt tokens in 800 ms; then 4 tokens in 40 + 60 + 50 + 50 = 200 ms.
  const metrics = metricsOf(
    { prefillMs: 800, ttftMs: 810, loadMs: 333, decodeMs: [40, 60, 50, 50], decodeNativeMs: 190 },
    { cpuSeconds: 2.04, wallSeconds: 1.02, energyJoules: 40.8, peakRssBytes: 5e8 },
  );

  it('gives the numbers of a calculation by hand', () => {
    expect(metrics.prefillTokensPerSecond).toBe(250);
    expect(metrics.decodeTokensPerSecond).toBe(20);
    expect(metrics.ttftMs).toBe(810);
    expect(metrics.loadMs).toBe(333);
    expect(metrics.itlMs.p50).toBe(50);
    expect(metrics.cpuSecondsPerToken).toBeCloseTo(2.04 / 204, 12);
    expect(metrics.cpuPercent).toBeCloseTo(200, 9);
    expect(metrics.energyJoulesPerToken).toBeCloseTo(0.2, 12);
    expect(metrics.peakRssBytes).toBe(5e8);
  });

  it('the harness costs what lies between native decode and the reported time', () => {
    expect(metrics.overheadMsPerToken).toBeCloseTo(50 - 47.5, 12);
    expect(metrics.overheadShare).toBeCloseTo(0.05, 12);
    expect(metricsOf({ decodeNativeMs: null })).toMatchObject({ overheadMsPerToken: null, overheadShare: null });
  });

  it('counts the tokens of concurrent streams in throughput and in costs per token', () => {
    const streams = { sequences: 4, tokens: 400, wallMs: 8000 };
    const batched = metricsOf({ decodeMs: [50, 50], streams }, { cpuSeconds: 6.02 });
    expect(batched.throughputTokensPerSecond).toBe(50);
    expect(batched.cpuSecondsPerToken).toBeCloseTo(6.02 / 602, 12);
    expect(metrics.throughputTokensPerSecond).toBeNull();
  });

  it('passes on that a machine does not say', () => {
    const silent = metricsOf({}, { cpuSeconds: null, energyJoules: null, peakRssBytes: null });
    expect(silent).toMatchObject({
      cpuSecondsPerToken: null,
      cpuPercent: null,
      energyJoulesPerToken: null,
      peakRssBytes: null,
    });
    expect(metricsSchema.parse(silent)).toEqual(silent);
  });
});

describe('percentiles of the inter-token latency', () => {
  const itl = (count: number) => metricsOf({ decodeMs: Array.from({ length: count }, (_, i) => i + 1) }).itlMs;

  it.each([
    [63, { p90: null, p95: null, p99: null }],
    [64, { p90: 57.7, p95: null, p99: null }],
    [129, { p95: null, p99: null }],
    [130, { p90: 117.1, p95: 123.55, p99: null }],
    [661, { p99: null }],
    [662, { p99: 655.39 }],
  ])('of %d samples are quoted only from their floor on', (count, expected) => {
    const found = itl(count);
    expect(found.samples).toBe(count);
    for (const [name, value] of Object.entries(expected)) {
      const is = found[name as 'p90'];
      if (value === null) expect(is, name).toBeNull();
      else expect(is, name).toBeCloseTo(value, 9);
    }
  });

  it('interpolates between two middle values, and does not depend on order', () => {
    expect(metricsOf({ decodeMs: [10, 40, 20, 30] }).itlMs.p50).toBe(25);
  });
});

describe('chunkRates', () => {
  it('cuts 128 steps into 8 chunks of 16', () => {
    const decodeMs = Array.from({ length: 128 }, (_, i) => (i < 16 ? 100 : 50));
    expect(chunkRates(decodeMs)).toEqual([10, 20, 20, 20, 20, 20, 20, 20]);
  });

  it('has no more chunks than tokens', () => expect(chunkRates([10, 20, 40])).toEqual([100, 50, 25]));

  it('their median survives the disturbance of three chunks; the mean rate does not', () => {
    const decodeMs = Array.from({ length: 128 }, (_, i) => (i < 48 ? 500 : 50));
    const metrics = metricsOf({ decodeMs });
    expect(metrics.decodeMedianChunkRate).toBe(20);
    expect(metrics.decodeTokensPerSecond).toBeLessThan(5);
  });

  it('every step is in one chunk: their times add up to the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 300 }), (decodeMs) => {
        const rates = chunkRates(decodeMs);
        const sizes = rates.map(
          (_, i) =>
            Math.floor(((i + 1) * decodeMs.length) / rates.length) - Math.floor((i * decodeMs.length) / rates.length),
        );
        const total = rates.reduce((sum, rate, i) => sum + (sizes[i]! / rate) * 1000, 0);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(total).toBeCloseTo(
          decodeMs.reduce((a, b) => a + b, 0),
          6,
        );
      }),
    );
  });
});

describe('throughput over concurrent streams', () => {
  const stream = (startMs: number, decodeMs: number[], replica = 0) => ({ replica, startMs, decodeMs });

  it('counts what is decoded while all streams decode, steps across a bound by their part inside', () => {
    // Together from 110 to 200: 4.5 steps of 20 ms, and 9 of 10 ms.
    const each = [stream(100, new Array(5).fill(20)), stream(110, new Array(20).fill(10), 1)];
    expect(commonWindowRate(each)).toBeCloseTo((13.5 / 90) * 1000, 9);
  });

  it('has no rate where the streams never ran together', () =>
    expect(commonWindowRate([stream(0, [10, 10]), stream(20, [10])])).toBeNull());

  it('of equal streams is their number over the step, whatever the skew of their starts', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 9 }),
        fc.double({ min: 1, max: 40, noNaN: true }),
        (starts, step) => {
          const each = starts.map((start) => stream(start, new Array(100).fill(step)));
          expect(commonWindowRate(each)).toBeCloseTo((starts.length / step) * 1000, 5);
        },
      ),
    ));

  it('is in the metrics with the latency that a stream sees', () => {
    const each = [stream(0, new Array(70).fill(20)), stream(0, new Array(70).fill(20), 1)];
    const metrics = metricsOf({ streams: { sequences: 2, tokens: 140, wallMs: 9999, each } });
    expect(metrics.throughputTokensPerSecond).toBeCloseTo(100, 9);
    expect(metrics.streamItlMs).toMatchObject({ p50: 20, p95: 20, p99: null, samples: 140 });
    expect(metricsOf().streamItlMs).toBeUndefined();
  });
});
