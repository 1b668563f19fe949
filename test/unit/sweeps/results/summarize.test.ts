import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { configurationSchema } from '../../../../src/core/run-result.js';
import { placeOnPareto } from '../../../../src/sweeps/results/place-on-pareto.js';
import {
  countedTrials,
  pairedLogRatios,
  summarizeConfiguration,
  summarizeConfigurations,
} from '../../../../src/sweeps/results/summarize.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

const standard = baseCandidate('llama-cpp', 'q4_0', 4);
const rival: Candidate = { ...standard, threads: 2 };
const plan = samplePlan([standard, rival]);

const trial = (candidate: Candidate, rate: number, changes: Partial<Outcome> = {}) =>
  sampleOutcome({ candidate, metrics: sampleMetrics({ decodeTokensPerSecond: rate }), ...changes });

describe('countedTrials', () => {
  const short = trial(rival, 10, { fidelity: 'short', phase: 'screen' });
  const full = trial(rival, 11);

  it('are the full ones where there are any, else the short', () => {
    expect(countedTrials([short, full])).toEqual([full]);
    expect(countedTrials([short])).toEqual([short]);
  });

  it('never those voided or failed', () => {
    const failed = sampleOutcome({ candidate: rival, status: 'crashed', metrics: null });
    expect(countedTrials([{ ...full, voided: true }, failed, short])).toEqual([short]);
  });
});

describe('pairedLogRatios', () => {
  const ids = { candidate: trial(rival, 1).candidateId, reference: trial(standard, 1).candidateId };
  const ratios = (outcomes: Outcome[]) =>
    pairedLogRatios(outcomes, ids, (o) => o.metrics?.decodeTokensPerSecond ?? null).map((r) => Math.exp(r));

  it('pair trials of one block, and of nothing else', () => {
    const pairs = ratios([
      trial(standard, 10, { block: 0 }),
      trial(rival, 12, { block: 0 }),
      trial(rival, 30, { block: 1 }),
      trial(standard, 20, { block: 2 }),
      trial(rival, 22, { block: 2 }),
      // Same number, another phase.
      trial(standard, 5, { block: 1, phase: 'confirm' }),
    ]);
    expect(pairs).toEqual([expect.closeTo(1.2, 12), expect.closeTo(1.1, 12)]);
  });

  it('leave out screening, failures and voided blocks', () => {
    const screened = [trial(standard, 10, { phase: 'screen' }), trial(rival, 20, { phase: 'screen' })];
    const failed = [
      trial(standard, 10, { block: 1 }),
      sampleOutcome({ candidate: rival, block: 1, status: 'failed', metrics: null }),
    ];
    const voided = [trial(standard, 10, { block: 2, voided: true }), trial(rival, 20, { block: 2, voided: true })];
    expect(ratios([...screened, ...failed, ...voided])).toEqual([]);
  });
});

describe('summarizeConfiguration', () => {
  const blocks = [0, 1, 2].flatMap((block) => [trial(standard, 20, { block }), trial(rival, 22 + block, { block })]);

  it('gives geometric means, extremes and pairs against the default', () => {
    const summary = summarizeConfiguration(rival, plan, blocks, null);
    expect(configurationSchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ trials: 3, isDefault: false, meetsConstraints: true, failures: [] });
    expect(summary.decodeTokensPerSecond!.estimate).toBeCloseTo((22 * 23 * 24) ** (1 / 3), 9);
    expect(summary.vsDefault).toMatchObject({ estimate: expect.closeTo(23 / 20, 2), n: 3, low: null });
    expect(summarizeConfiguration(standard, plan, blocks, null)).toMatchObject({ isDefault: true, vsDefault: null });
  });

  it('takes the largest memory and the median of costs', () => {
    const with_ = (block: number, peakRssBytes: number, cpuSecondsPerToken: number | null) =>
      trial(rival, 20, { block, metrics: sampleMetrics({ peakRssBytes, cpuSecondsPerToken }) });
    const summary = summarizeConfiguration(rival, plan, [with_(0, 5, 0.1), with_(1, 9, 0.3), with_(2, 7, null)], null);
    expect(summary).toMatchObject({ peakRssBytes: 9, cpuSecondsPerToken: 0.2 });
  });

  it('that never ran says why, grouped', () => {
    const failures = [0, 1].map((block) =>
      sampleOutcome({ candidate: rival, block, status: 'crashed', reason: 'ended by SIGSEGV', metrics: null }),
    );
    const summary = summarizeConfiguration(rival, plan, failures, null);
    expect(summary).toMatchObject({
      trials: 0,
      objective: null,
      failures: [{ status: 'crashed', reason: 'ended by SIGSEGV', trials: 2 }],
    });
    expect(configurationSchema.parse(summary)).toEqual(summary);
  });

  it('names broken constraints, the quota among them', () => {
    const strict = samplePlan([standard, rival], {
      constraints: { maxTtftMs: null, maxRssBytes: 1e9, minQuality: 0.95 },
    });
    const summary = summarizeConfiguration(rival, strict, [trial(rival, 20, { flags: ['quota-throttled'] })], 0.9);
    expect(summary.meetsConstraints).toBe(false);
    expect(summary.brokenConstraints).toEqual([
      expect.stringContaining('peak memory'),
      expect.stringContaining('top-1 agreement 0.900'),
      'the CPU quota stopped it while it ran',
    ]);
  });
});

describe('summarizeConfigurations', () => {
  it('lists what was tried, best first, then what never ran', () => {
    const third: Candidate = { ...standard, threads: 1 };
    const untried: Candidate = { ...standard, threads: 3 };
    const all = samplePlan([standard, rival, third, untried]);
    const outcomes = [
      sampleOutcome({ candidate: third, status: 'failed', reason: 'x', metrics: null }),
      trial(standard, 20),
      trial(rival, 25),
    ];
    expect(summarizeConfigurations(all, outcomes, () => null).map((c) => c.candidate.threads)).toEqual([2, 4, 1]);
  });
});

describe('placeOnPareto', () => {
  const rates = (candidate: Candidate, rate: number, peakRssBytes: number) =>
    [0, 1, 2].map((block) =>
      trial(candidate, rate, {
        block,
        metrics: sampleMetrics({ decodeTokensPerSecond: rate * (1 + block * 1e-4), peakRssBytes }),
      }),
    );
  const places = (outcomes: Outcome[], quality: (c: Candidate) => number | null = () => null) => {
    const summaries = summarizeConfigurations(plan, outcomes, quality);
    return Object.fromEntries(placeOnPareto(summaries, quality).map((c) => [c.candidate.threads, c.pareto]));
  };

  it('faster and smaller beats slower and larger', () =>
    expect(places([...rates(standard, 20, 2e9), ...rates(rival, 25, 1e9)])).toEqual({ 2: 'optimal', 4: 'dominated' }));

  it('faster but larger beats nobody, and 1 % of memory is no difference', () => {
    expect(places([...rates(standard, 20, 1e9), ...rates(rival, 25, 2e9)])).toEqual({ 2: 'optimal', 4: 'optimal' });
    expect(places([...rates(standard, 20, 1e9), ...rates(rival, 25, 1.005e9)])).toMatchObject({ 4: 'dominated' });
  });

  it('what never ran has no place', () => {
    const failed = sampleOutcome({ candidate: standard, status: 'failed', reason: 'x', metrics: null });
    expect(places([failed, ...rates(rival, 25, 1e9)])).toEqual({ 2: 'optimal', 4: 'not-ranked' });
  });

  it('quality counts where it is known for every one', () => {
    const outcomes = [...rates(standard, 20, 2e9), ...rates(rival, 25, 1e9)];
    expect(places(outcomes, (c) => (c.threads === 4 ? 0.99 : 0.9))).toMatchObject({ 4: 'optimal' });
    expect(places(outcomes, (c) => (c.threads === 4 ? 0.99 : null))).toMatchObject({ 4: 'dominated' });
  });
});
