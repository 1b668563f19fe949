import { describe, expect, it } from 'vitest';
import type { Constraints } from '../../../../src/core/run-result.js';
import { brokenConstraints, requestTtftMs } from '../../../../src/sweeps/results/constraints.js';
import { objectiveOf, toTrialResult } from '../../../../src/sweeps/results/trial-result.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

const NO_LIMITS: Constraints = { maxTtftMs: null, maxRssBytes: null, minQuality: null };
const plan = (constraints: Partial<Constraints> = {}) =>
  samplePlan(undefined, { constraints: { ...NO_LIMITS, ...constraints }, objective: 'workload' });
const broken = (constraints: Partial<Constraints>, quality: number | null = null, metrics = sampleMetrics()) =>
  brokenConstraints(metrics, plan(constraints), quality);

describe('constraints', () => {
  it('time to first token is that of the declared request: 128 tokens at 100 tok/s', () => {
    expect(requestTtftMs(sampleMetrics(), plan())).toBe(1280);
    expect(broken({ maxTtftMs: 1280 })).toEqual([]);
    expect(broken({ maxTtftMs: 1279 })).toEqual(['time to first token 1.28 s is above 1.28 s']);
  });

  it('name what is broken, each with both numbers', () => {
    expect(broken({ maxRssBytes: 1e9, maxTtftMs: 800, minQuality: 0.95 }, 0.912)).toEqual([
      'time to first token 1.28 s is above 800 ms',
      'peak memory 1.12 GiB is above 954 MiB',
      'top-1 agreement 0.912 is below 0.95',
    ]);
  });

  it('what is not known breaks nothing', () => {
    expect(broken({ minQuality: 0.99 }, null)).toEqual([]);
    expect(broken({ maxRssBytes: 1 }, null, sampleMetrics({ peakRssBytes: null }))).toEqual([]);
  });

  it('exactly at the limit is within it', () => {
    expect(broken({ maxRssBytes: 1.2e9 })).toEqual([]);
    expect(broken({ minQuality: 0.95 }, 0.95)).toEqual([]);
  });
});

describe('a trial as a search sees it', () => {
  const result = (changes: Parameters<typeof sampleOutcome>[0] = {}, constraints: Partial<Constraints> = {}) =>
    toTrialResult(sampleOutcome(changes), plan(constraints), () => null);

  it('carries the objective, its cost and what breaks ties', () => {
    const outcome = sampleOutcome({ phase: 'screen', block: 3, wallMs: 7000 });
    expect(toTrialResult(outcome, plan(), () => null)).toEqual({
      phase: 'screen',
      block: 3,
      id: outcome.candidateId,
      value: 1152 / (1.28 + 51.2),
      isEligible: true,
      cost: 7000,
      cpuSecondsPerToken: 0.04,
      peakRssBytes: 1.2e9,
    });
  });

  it('that was not measured has no value', () => {
    const failed = result({ status: 'crashed', metrics: null });
    expect(failed.value).toBeNull();
    expect(failed).not.toHaveProperty('peakRssBytes');
    expect(objectiveOf(sampleOutcome({ metrics: null }), plan())).toBeNull();
  });

  it('may inform but not win when it breaks a constraint or its quota stopped it', () => {
    expect(result({}, { maxRssBytes: 1e9 })).toMatchObject({ isEligible: false, value: expect.any(Number) });
    expect(result({ flags: ['quota-throttled'] })).toMatchObject({ isEligible: false, value: expect.any(Number) });
    expect(result({ flags: ['not-steady', 'machine-busy'] }).isEligible).toBe(true);
  });

  it('leaves out what the machine does not say', () => {
    const silent = result({ metrics: sampleMetrics({ cpuSecondsPerToken: null, peakRssBytes: null }) });
    expect(silent).not.toHaveProperty('cpuSecondsPerToken');
    expect(silent).not.toHaveProperty('peakRssBytes');
  });

  it('is judged by the quality of its own model', () => {
    const qualityOf = () => 0.9;
    expect(toTrialResult(sampleOutcome(), plan({ minQuality: 0.95 }), qualityOf).isEligible).toBe(false);
  });
});
