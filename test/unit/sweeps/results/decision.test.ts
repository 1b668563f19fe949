import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { choiceSchema } from '../../../../src/core/run-result.js';
import { decide } from '../../../../src/sweeps/results/decision.js';
import { summarizeConfigurations } from '../../../../src/sweeps/results/summarize.js';
import type { Confirmation } from '../../../../src/sweeps/search/confirm.js';
import type { Recommendation } from '../../../../src/sweeps/search/search-space.js';
import type { SearchResult } from '../../../../src/sweeps/search/strategy.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

const standard = baseCandidate('llama-cpp', 'q4_0', 4);
const rival: Candidate = { ...standard, threads: 2 };
const [standardId, rivalId] = [candidateId(standard), candidateId(rival)];
const plan = samplePlan([standard, rival]);

const confirmation = (estimate: number, low: number | null, high: number | null, n = 10): Confirmation => ({
  candidateId: rivalId,
  defaultId: standardId,
  ratio: { estimate, low, high, level: 0.95, n },
  pValue: 0.002,
  minimumDetectable: 0.03,
  isFaster: low !== null && low > 1,
});

const result = (
  because: Recommendation['because'],
  id: string,
  winnerId: string,
  confirmed: Confirmation | null,
): SearchResult => ({
  choice: { winnerId, leaderId: winnerId, decidedBy: null, standings: [] },
  race: { survivors: [], eliminated: [], runs: new Map() } as unknown as SearchResult['race'],
  confirmation: confirmed,
  recommendation: { id, because },
  probabilityNearBest: 0.9,
});

/** Ten confirmation pairs in which the rival decodes 10 % faster, after a race in which it looked 50 % faster. */
const outcomes: Outcome[] = Array.from({ length: 10 }, (_, block) => block).flatMap((block) => {
  const trial = (candidate: Candidate, phase: 'race' | 'confirm', rate: number): Outcome =>
    sampleOutcome({ candidate, phase, block, metrics: sampleMetrics({ decodeTokensPerSecond: rate }) });
  return [
    trial(standard, 'race', 20),
    trial(rival, 'race', 30),
    trial(standard, 'confirm', 20),
    trial(rival, 'confirm', 22),
  ];
});

const evidence = { plan, outcomes, configurations: summarizeConfigurations(plan, outcomes, () => null) };

describe('decide', () => {
  it('faster: the number is that of the fresh pairs, never of the race that made the choice', () => {
    const choice = decide(result('faster', rivalId, rivalId, confirmation(1.1, 1.05, 1.15)), evidence)!;
    expect(choiceSchema.parse(choice)).toEqual(choice);
    expect(choice).toMatchObject({ verdict: 'faster', candidateId: rivalId });
    expect(choice.speedup).toMatchObject({ source: 'confirmation', pairs: 10, pValue: 0.002 });
    expect(choice.speedup!.decodeRatio!.estimate).toBeCloseTo(1.1, 12);
    expect(choice.speedup!.prefillRatio!.estimate).toBe(1);
    expect(choice.reason).toBe(
      'llama-cpp q4_0, 2 threads against the defaults: +10.0 % (95 % interval +5.0 % to +15.0 %, 10 pairs) on the decode objective.',
    );
  });

  it('no clear gain: keep the defaults, and show what was tried', () => {
    const choice = decide(result('no-clear-gain', standardId, rivalId, confirmation(1.01, 0.98, 1.04)), evidence)!;
    expect(choice).toMatchObject({ verdict: 'keep-default', candidateId: standardId });
    expect(choice.reason).toMatch(/^Keep the defaults: .*\+1\.0 % .*−2\.0 % to \+4\.0 %.*does not exclude zero\.$/);
    expect(choice.speedup!.ratio.estimate).toBe(1.01);
  });

  it('a rival shown to be slower is called so', () => {
    const slower = decide(result('no-clear-gain', standardId, rivalId, confirmation(0.9, 0.85, 0.95)), evidence)!;
    expect(slower.reason).toMatch(/which is slower\.$/);
  });

  it('too few pairs for an interval are said to be so', () => {
    const thin = decide(result('no-clear-gain', standardId, rivalId, confirmation(1.1, null, null, 3)), evidence)!;
    expect(thin.reason).toMatch(/too few pairs for an interval/);
  });

  it('the default is best: keep it', () =>
    expect(decide(result('default-is-best', standardId, standardId, null), evidence)).toMatchObject({
      verdict: 'keep-default',
      candidateId: standardId,
      speedup: null,
      reason: expect.stringMatching(/^Keep the defaults/),
    }));

  it('the default is not viable: the choice stands without a comparison, and claims none', () => {
    const choice = decide(result('default-not-viable', rivalId, rivalId, null), evidence)!;
    expect(choice).toMatchObject({ candidateId: rivalId, speedup: null });
    expect(choice.reason).toMatch(/default configuration fails here or breaks a constraint/);
    expect(choice.verdict).toBe('unconfirmed');
  });

  it('nothing viable, or nothing searched: no decision', () => {
    expect(decide(null, evidence)).toBeNull();
    const nothing = { ...result('faster', rivalId, rivalId, null), choice: null, recommendation: null };
    expect(decide(nothing, evidence)).toBeNull();
  });

  it('ranks by race and confirmation together, and only what shares three blocks with the recommended one', () => {
    const once: Candidate = { ...standard, threads: 1 };
    const trial = (candidate: Candidate, phase: 'race' | 'confirm', block: number, rate: number): Outcome =>
      sampleOutcome({ candidate, phase, block, metrics: sampleMetrics({ decodeTokensPerSecond: rate }) });
    const pairs = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((block) => [
      trial(standard, 'confirm', block, 20 + 0.1 * block),
      trial(rival, 'confirm', block, 26 + 0.1 * block),
    ]);
    // Two noisy race blocks show nothing by themselves; the third configuration ran once, 63 % slower.
    const race = [trial(standard, 'race', 0, 24), trial(rival, 'race', 0, 25), trial(once, 'race', 0, 9)];
    const all = { ...plan, candidates: [standard, rival, once] };
    const trials = [...pairs, ...race, trial(standard, 'race', 1, 20), trial(rival, 'race', 1, 30)];
    const facts = { plan: all, outcomes: trials, configurations: summarizeConfigurations(all, trials, () => null) };
    const choice = decide(result('faster', rivalId, rivalId, confirmation(1.3, 1.24, 1.35, 8)), facts)!;
    expect(choice.equals).toEqual([]);
    expect(choice.standings!.map(({ candidateId: id, place }) => [id, place])).toEqual([
      [standardId, 'worse'],
      [candidateId(once), 'not-ranked'],
    ]);
  });
});
