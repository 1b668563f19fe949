import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { profileSchema } from '../../../../src/core/profile.js';
import { runResultSchema } from '../../../../src/core/run-result.js';
import { assembleRun } from '../../../../src/sweeps/results/assemble-run.js';
import { toProfile } from '../../../../src/sweeps/results/to-profile.js';
import type { SearchResult } from '../../../../src/sweeps/search/strategy.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel, samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome, sampleResources } from '../../../helpers/sample-trial.js';

const standard = baseCandidate('llama-cpp', 'q4_0', 4);
const rival: Candidate = { ...standard, threads: 2 };
const [standardId, rivalId] = [candidateId(standard), candidateId(rival)];
const plan = samplePlan([standard, rival], { models: [sampleModel({ quant: 'q8_0' }), sampleModel()] });

const trial = (
  candidate: Candidate,
  block: number,
  rate: number,
  at: number,
  changes: Partial<Outcome> = {},
): Outcome =>
  sampleOutcome({
    candidate,
    block,
    trial: at,
    phase: 'confirm',
    startedAt: new Date(1_772_352_000_000 + at * 10_000).toISOString(),
    metrics: sampleMetrics({ decodeTokensPerSecond: rate }),
    ...changes,
  });

/** Six pairs; the second one was run twice, its first run under 12 % of steal. */
const outcomes: Outcome[] = [0, 1, 1, 2, 3, 4, 5].flatMap((block, i) => {
  const resources = sampleResources({ stealShare: i === 1 ? 0.12 : 0.001 });
  return [
    trial(standard, block, 20, 2 * i, { resources }),
    trial(rival, block, i === 1 ? 5 : 22 * (1 + 0.01 * i), 2 * i + 1, { resources }),
  ];
});

const search: SearchResult = {
  choice: { winnerId: rivalId, leaderId: rivalId, decidedBy: null, standings: [] },
  race: { survivors: [], eliminated: [], runs: new Map() } as unknown as SearchResult['race'],
  confirmation: {
    candidateId: rivalId,
    defaultId: standardId,
    ratio: { estimate: 1.13, low: 1.1, high: 1.17, level: 0.95, n: 6 },
    pValue: 0.03,
    minimumDetectable: 0.05,
    isFaster: true,
  },
  recommendation: { id: rivalId, because: 'faster' },
  probabilityNearBest: 0.9,
};
const run = assembleRun({ id: 'a-run', machine: sampleMachine(), plan, outcomes, quality: [], search });
const configuration = (id: string) => run.configurations.find((c) => c.candidateId === id)!;

describe('assembleRun', () => {
  it('is a valid document, and the same again from the same parts', () => {
    expect(runResultSchema.parse(run)).toEqual(run);
    expect(assembleRun({ id: 'a-run', machine: sampleMachine(), plan, outcomes, quality: [], search })).toEqual(run);
  });

  it('keeps every trial, and counts none of a repeated block', () => {
    expect(run.outcomes).toHaveLength(14);
    expect(run.outcomes.filter((o) => o.voided).map((o) => o.trial)).toEqual([2, 3]);
    expect(run.noise).toMatchObject({ voidedTrials: 2, stealShare: 0.12 });
    expect(configuration(rivalId).trials).toBe(6);
    expect(configuration(rivalId).vsDefault!.n).toBe(6);
    // The trial at 5 tok/s would drag it below the default.
    expect(configuration(rivalId).vsDefault!.estimate).toBeGreaterThan(1.1);
  });

  it('says how noisy pairs were: the standard deviation of six log-ratios', () => {
    const logs = [1, 1.02, 1.03, 1.04, 1.05, 1.06].map((f) => Math.log(1.1 * f));
    const mean = logs.reduce((x, y) => x + y, 0) / 6;
    const sd = Math.sqrt(logs.reduce((x, y) => x + (y - mean) ** 2, 0) / 5);
    expect(run.noise.pairedSd).toBeCloseTo(sd, 12);
  });

  it('runs from its first to its last trial', () => {
    expect(run.startedAt).toBe(outcomes[0]!.startedAt);
    expect(run.finishedAt).toBe(outcomes.at(-1)!.startedAt);
  });

  it('of a bench decides nothing', () => {
    const bench = assembleRun({ id: 'b', machine: sampleMachine(), plan, outcomes, quality: [], search: null });
    expect(bench).toMatchObject({ choice: null, noise: { pairedSd: null } });
  });

  it('without any trial is still a document', () => {
    const empty = assembleRun({ id: 'e', machine: sampleMachine(), plan, outcomes: [], quality: [], search: null });
    expect(runResultSchema.parse(empty)).toEqual(empty);
    expect(empty).toMatchObject({ startedAt: plan.createdAt, configurations: [], noise: { stealShare: null } });
  });
});

describe('toProfile', () => {
  it('of the choice carries its proof, its model and its machine', () => {
    const profile = toProfile(run, configuration(rivalId), 'mine');
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile).toMatchObject({
      name: 'mine',
      verdict: 'faster',
      candidate: rival,
      baseline: standard,
      model: { quant: 'q4_0' },
      speedup: { pairs: 6 },
      machine: { fingerprint: sampleMachine().fingerprint.hash },
      provenance: { run: 'a-run', trials: 14, seed: 1, engine: expect.any(String) },
    });
    expect(profile.machine.description).toMatch(/i7-11800H.*16 CPUs on 8 cores allowed/);
  });

  it('of another configuration claims nothing', () =>
    expect(toProfile(run, configuration(standardId), 'other')).toMatchObject({
      verdict: 'unconfirmed',
      speedup: null,
    }));

  it('of kept defaults shows no speed-up, although one was tried', () => {
    const kept = { ...run, choice: { ...run.choice!, verdict: 'keep-default' as const, candidateId: standardId } };
    expect(toProfile(kept, configuration(standardId), 'd')).toMatchObject({ verdict: 'keep-default', speedup: null });
  });
});
