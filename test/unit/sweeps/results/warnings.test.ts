import { describe, expect, it } from 'vitest';
import { baseCandidate, candidateId } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import type { Plan } from '../../../../src/core/run-result.js';
import { summarizeConfigurations } from '../../../../src/sweeps/results/summarize.js';
import { runWarnings } from '../../../../src/sweeps/results/warnings.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel, samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome, sampleResources } from '../../../helpers/sample-trial.js';

const candidate = baseCandidate('llama-cpp', 'q4_0', 4);
const trials = (change: (index: number) => Partial<Outcome>): Outcome[] =>
  Array.from({ length: 8 }, (_, block) => sampleOutcome({ candidate, block, ...change(block) }));

function codes(outcomes: Outcome[], changes: Partial<Plan> = {}): string[] {
  const plan = samplePlan([candidate], changes);
  const configurations = summarizeConfigurations(plan, outcomes, () => null);
  return runWarnings({ machine: sampleMachine(), plan, outcomes, configurations }).map((w) => w.code);
}

const quiet = trials(() => ({}));

describe('runWarnings', () => {
  it('a quiet run of a trained model has none', () => expect(codes(quiet)).toEqual([]));

  it('random weights are said to be random', () =>
    expect(codes(quiet, { models: [sampleModel(), sampleModel({ weights: 'random' })] })).toEqual(['random-weights']));

  it.each<[string, Outcome[], string[]]>([
    [
      'steal of 2 % in a trial',
      trials((i) => ({ resources: sampleResources({ stealShare: i === 0 ? 0.02 : 0 }) })),
      [],
    ],
    [
      'more than 2 % in one',
      trials((i) => ({ resources: sampleResources({ stealShare: i === 0 ? 0.021 : 0 }) })),
      ['steal'],
    ],
    ['an unknown share', trials(() => ({ resources: sampleResources({ stealShare: null }) })), []],
    ['a quarter of unsteady trials', trials((i) => ({ flags: i < 2 ? ['not-steady'] : [] })), []],
    ['more than a quarter', trials((i) => ({ flags: i < 3 ? ['not-steady'] : [] })), ['not-steady']],
    ['3 % of overhead', trials(() => ({ metrics: sampleMetrics({ overheadShare: 0.03 }) })), []],
    [
      'more overhead in most trials',
      trials((i) => ({ metrics: sampleMetrics({ overheadShare: i < 5 ? 0.05 : 0 }) })),
      ['harness-overhead'],
    ],
    ['overhead in one trial', trials((i) => ({ metrics: sampleMetrics({ overheadShare: i < 1 ? 0.5 : 0.01 }) })), []],
    ['a quota that stopped it', trials((i) => ({ flags: i === 0 ? ['quota-throttled'] : [] })), ['quota-throttled']],
    ['a trial in swap', trials((i) => ({ flags: i === 0 ? ['swapping'] : [] })), ['swapping']],
    ['memory on other nodes', trials(() => ({ flags: ['unverified-memory'] })), ['unverified-memory']],
    ['two trials', trials(() => ({})).slice(0, 2), ['few-trials']],
  ])('%s', (_name, outcomes, expected) => expect(codes(outcomes)).toEqual(expected));

  it('come worst first, each with its threshold and what to do', () => {
    const outcomes = trials(() => ({
      flags: ['quota-throttled', 'not-steady'],
      resources: sampleResources({ stealShare: 0.3 }),
    })).slice(0, 2);
    const plan = samplePlan([candidate], { models: [sampleModel({ weights: 'random' })] });
    const configurations = summarizeConfigurations(plan, outcomes, () => null);
    const warnings = runWarnings({ machine: sampleMachine(), plan, outcomes, configurations });
    expect(warnings.map((w) => w.code)).toEqual([
      'quota-throttled',
      'steal',
      'not-steady',
      'random-weights',
      'few-trials',
    ]);
    expect(warnings.map((w) => w.severity)).toEqual(['serious', 'warning', 'warning', 'info', 'info']);
    for (const { message, mend } of warnings) {
      expect(message.length).toBeGreaterThan(20);
      expect(mend).toMatch(/\.$/);
    }
    expect(candidateId(candidate)).toBe(configurations[0]!.candidateId);
  });
});
