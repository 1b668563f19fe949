import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { type Measurement, measurementSchema, type Resources, type Samples } from '../../../src/core/outcome.js';
import { FULL_WORKLOAD } from '../../../src/core/workload.js';
import type { ChildEnd, ChildReport } from '../../../src/runners/child-end.js';
import { toMeasurement } from '../../../src/runners/to-measurement.js';
import { fakeModel } from '../../helpers/fake-model.js';
import { sampleEffective, sampleResources, sampleSamples } from '../../helpers/sample-trial.js';

const request = {
  candidate: baseCandidate('fake', 'q4_0', 4),
  model: fakeModel({}),
  workload: FULL_WORKLOAD,
  contextTokens: 1024,
  slowdown: 0,
};
const END: ChildEnd = { timedOut: false, aborted: false, spawnError: null, exitCode: 0, signal: null, stderr: '' };

function measured(samples: Partial<Samples>, resources: Partial<Resources> = {}, end: Partial<ChildEnd> = {}) {
  const effective = sampleEffective();
  const done = {
    type: 'done' as const,
    samples: sampleSamples(samples),
    resources: sampleResources(resources),
    effective,
  };
  const report: ChildReport = { phase: 'finishing', effective, refused: null, done };
  return toMeasurement(request, report, { ...END, ...end }, { status: 'measured', reason: null });
}

/** 128 steps of 50 ms, of which the last `count` are slower by `share`. */
const slowEnd = (count: number, share: number): number[] =>
  Array.from({ length: 128 }, (_, i) => (i >= 128 - count ? 50 * (1 + share) : 50));

describe('a measured trial', () => {
  it('is whole and valid', () => {
    const measurement: Measurement = measured({});
    expect(measurementSchema.parse(measurement)).toEqual(measurement);
    expect(measurement.flags).toEqual([]);
    expect(measurement.metrics!.decodeTokensPerSecond).toBe(20);
  });

  it('says nothing of what a good child wrote', () =>
    expect(measured({}, {}, { stderr: 'a note' }).stderrTail).toBeNull());

  it.each<[string, Partial<Samples>, Partial<Resources>, string[]]>([
    ['stopped by its quota', {}, { throttledPeriods: 1 }, ['quota-throttled']],
    ['robbed of CPU time', {}, { stealShare: 0.021 }, ['machine-busy']],
    ['2 % of steal are still fine', {}, { stealShare: 0.02 }, []],
    ['slower by 4 % at the end', { decodeMs: slowEnd(32, 0.04) }, {}, []],
    ['slower by 6 % at the end', { decodeMs: slowEnd(32, 0.06) }, {}, ['not-steady']],
    ['faster at the end', { decodeMs: slowEnd(32, -0.1) }, {}, ['not-steady']],
    ['slower in the middle only', { decodeMs: slowEnd(80, 0.2).map((ms, i) => (i > 95 ? 50 : ms)) }, {}, []],
    [
      'all at once',
      { decodeMs: slowEnd(32, 1) },
      { throttledPeriods: 9, stealShare: 0.5 },
      ['quota-throttled', 'not-steady', 'machine-busy'],
    ],
  ])('%s: flags', (_name, samples, resources, flags) => expect(measured(samples, resources).flags).toEqual(flags));
});

describe('a trial that was not measured', () => {
  it('has no numbers, and keeps the end of what the child wrote', () => {
    const report: ChildReport = { phase: 'decode', effective: sampleEffective(), refused: null, done: null };
    const stderr = `${'x'.repeat(5000)}the end`;
    const verdict = { status: 'crashed' as const, reason: 'ended by SIGSEGV' };
    const measurement = toMeasurement(request, report, { ...END, stderr }, verdict);
    expect(measurement).toMatchObject({ status: 'crashed', metrics: null, samples: null, resources: null, flags: [] });
    expect(measurement.effective!.pid).toBe(4242);
    expect(measurement.stderrTail).toHaveLength(2000);
    expect(measurement.stderrTail).toMatch(/the end$/);
    expect(measurementSchema.parse(measurement)).toEqual(measurement);
  });

  it('shows no numbers of a trial whose binding did not hold', () => {
    const effective = sampleEffective();
    const done = { type: 'done' as const, samples: sampleSamples(), resources: sampleResources(), effective };
    const report: ChildReport = { phase: 'finishing', effective, refused: null, done };
    expect(toMeasurement(request, report, END, { status: 'failed', reason: 'x' }).metrics).toBeNull();
  });
});

describe('badges about memory', () => {
  it('says that a trial swapped, and not that a few pages were swapped out long ago', () => {
    expect(measured({}, { peakRssBytes: 1e9, swapBytes: 2e8 }).flags).toContain('swapping');
    expect(measured({}, { peakRssBytes: 1e9, swapBytes: 1e6 }).flags).toEqual([]);
  });

  it('says that a memory policy was asked for and not shown to hold', () => {
    const memory = { policy: 'bind' as const, nodes: '0' };
    const bound = {
      ...request,
      candidate: { ...request.candidate, binding: { ...request.candidate.binding, memory } },
    };
    const flags = (nodeBytes?: Record<string, number>) => {
      const effective = sampleEffective(nodeBytes ? { nodeBytes } : {});
      const done = { type: 'done' as const, samples: sampleSamples(), resources: sampleResources(), effective };
      const report: ChildReport = { phase: 'finishing', effective, refused: null, done };
      return toMeasurement(bound, report, END, { status: 'measured', reason: null }).flags;
    };
    expect(flags()).toEqual(['unverified-memory']);
    expect(flags({ 0: 500, 1: 500 })).toEqual(['unverified-memory']);
    expect(flags({ 0: 1000 })).toEqual([]);
  });
});
