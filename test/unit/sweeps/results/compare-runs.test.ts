import { describe, expect, it } from 'vitest';
import { compareRuns, unpairedRatio } from '../../../../src/sweeps/results/compare-runs.js';
import { sampleRun } from '../../../helpers/sample-run.js';

describe('unpairedRatio', () => {
  // scipy.stats.ttest_ind(log b, log a, equal_var=False).confidence_interval(0.95), exponentiated.
  it('equals Welch’s interval on the logs', () => {
    const ratio = unpairedRatio([10, 11, 10.5, 9.8], [12, 12.6, 11.7])!;
    expect(ratio.estimate).toBeCloseTo(1.1725387459261003, 12);
    expect(ratio.low).toBeCloseTo(1.0749348449141882, 9);
    expect(ratio.high).toBeCloseTo(1.2790050645420337, 9);
    expect(ratio.n).toBe(3);
  });
  it('has no limits for single trials and is null for none', () => {
    expect(unpairedRatio([10], [12, 13])).toMatchObject({ low: null, high: null });
    expect(unpairedRatio([], [1])).toBeNull();
  });
});

describe('compareRuns', () => {
  const run = sampleRun();
  it('finds no difference between a run and itself', () => {
    const comparison = compareRuns(run, run);
    expect(comparison.isSameMachine).toBe(true);
    expect(comparison.machineDifferences).toEqual([]);
    expect(comparison.configurations.every((c) => c.ratio === null || Math.abs(c.ratio.estimate - 1) < 1e-9)).toBe(
      true,
    );
  });
  it('puts two machines side by side without a ratio', () => {
    const hard = { ...run.machine.fingerprint.hard, quotaCpus: 2 };
    const other = {
      ...run,
      machine: { ...run.machine, fingerprint: { ...run.machine.fingerprint, hash: 'other', hard } },
    };
    const comparison = compareRuns(run, other);
    expect(comparison.isSameMachine).toBe(false);
    expect(comparison.machineDifferences.join()).toContain('quotaCpus');
    expect(comparison.configurations.every((c) => c.ratio === null)).toBe(true);
  });
});
