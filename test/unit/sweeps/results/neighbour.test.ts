import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { NeighbourPlan } from '../../../../src/core/neighbour.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { type RunResult, runResultSchema } from '../../../../src/core/run-result.js';
import { headlineText } from '../../../../src/report/texts/answer-text.js';
import { neighbourText } from '../../../../src/report/texts/neighbour-text.js';
import { buildView } from '../../../../src/report/view/view.js';
import { assembleRun } from '../../../../src/sweeps/results/assemble-run.js';
import { neighbourArms } from '../../../../src/sweeps/results/neighbour.js';
import { toProfile } from '../../../../src/sweeps/results/to-profile.js';
import type { SearchResult } from '../../../../src/sweeps/search/strategy.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

const standard = baseCandidate('llama-cpp', 'q4_0', 4);
const apart: Candidate = { ...standard, threadPlacement: 'apart' };
const [standardId, apartId] = [candidateId(standard), candidateId(apart)];
const three = candidateId({ ...apart, threads: 3 });

const search = (because: 'faster' | 'no-clear-gain' = 'faster', gain = 1.1): SearchResult => ({
  choice: { winnerId: apartId, leaderId: apartId, decidedBy: null, standings: [] },
  race: { survivors: [], eliminated: [], runs: new Map() } as unknown as SearchResult['race'],
  confirmation: {
    candidateId: apartId,
    defaultId: standardId,
    ratio: { estimate: gain, low: 1.05, high: 1.2, level: 0.95, n: 6 },
    pValue: 0.03,
    minimumDetectable: 0.05,
    isFaster: because === 'faster',
  },
  recommendation: { id: because === 'faster' ? apartId : standardId, because },
  probabilityNearBest: 0.9,
});

const trial = (candidate: Candidate, phase: Outcome['phase'], block: number, rate: number): Outcome =>
  sampleOutcome({ candidate, phase, block, metrics: sampleMetrics({ decodeTokensPerSecond: rate }) });
const alone = Array.from({ length: 6 }, (_, block) => [
  trial(standard, 'confirm', block, 20),
  trial(apart, 'confirm', block, 22),
]).flat();

type Rates = { apart: number; standard: number; spare?: number };

function run(
  blocks: readonly Rates[],
  environment: NeighbourPlan['environment'] = 'shared',
  found = search(),
): RunResult {
  const plan = samplePlan([standard, apart], { neighbour: { environment, blocks: 5 } });
  const arms = neighbourArms(found, plan, 4);
  const outcomes = blocks.flatMap((rates, block) => [
    trial(standard, 'neighbour', block, rates.standard),
    trial(apart, 'neighbour', block, rates.apart),
    ...(rates.spare === undefined ? [] : [trial({ ...apart, threads: 3 }, 'neighbour', block, rates.spare)]),
  ]);
  const beside = { arms, outcomes };
  return assembleRun({ id: 'r', machine: sampleMachine(), plan, outcomes: alone, quality: [], search: found, beside });
}

const LOSES: Rates[] = [
  { apart: 6, standard: 12 },
  { apart: 7, standard: 12 },
  { apart: 6.5, standard: 13 },
];

describe('who is measured beside a busy process', () => {
  const plan = samplePlan([standard, apart]);
  const rolesOf = (found: SearchResult | null, cores: number) =>
    neighbourArms(found, plan, cores).map(({ role, candidate }) => [role, candidateId(candidate)]);

  it('is the choice, what its pairs compared it with, and one thread fewer where no core is left', () => {
    expect(rolesOf(search(), 4)).toEqual([
      ['winner', apartId],
      ['rival', standardId],
      ['spare', three],
    ]);
    expect(rolesOf(search(), 8)).toHaveLength(2);
  });

  it('is the default and its best rival where the default is kept', () =>
    expect(rolesOf(search('no-clear-gain'), 8)).toEqual([
      ['winner', standardId],
      ['rival', apartId],
    ]));

  it('is nobody twice, and nobody where nothing was compared', () => {
    const one = { ...apart, threads: 1, threadPlacement: undefined };
    const two = baseCandidate('llama-cpp', 'q4_0', 2);
    expect(one.threads).toBe(1);
    const small = samplePlan([baseCandidate('llama-cpp', 'q4_0', 1), two]);
    const ids = [candidateId(two), candidateId(small.defaultCandidate)];
    const found = { ...search(), recommendation: { id: ids[0]!, because: 'faster' as const } };
    const compared = { ...found, confirmation: { ...found.confirmation!, candidateId: ids[0]!, defaultId: ids[1]! } };
    expect(neighbourArms(compared, small, 2).map(({ role }) => role)).toEqual(['winner', 'rival']);
    expect(rolesOf({ ...search(), confirmation: null }, 4)).toEqual([]);
    expect(rolesOf(null, 4)).toEqual([]);
  });
});

describe('what loses more beside a busy process than it gains alone', () => {
  it('is not recommended on a shared machine, and every text says why', () => {
    const result = run(LOSES);
    expect(runResultSchema.parse(result)).toEqual(result);
    expect(result.choice).toMatchObject({ verdict: 'keep-default', candidateId: standardId, comparedId: apartId });
    expect(result.choice!.reason).toContain('beside one busy process it loses more than that');
    expect(result.neighbour).toMatchObject({ decides: true, environment: 'shared' });
    const view = buildView(result);
    expect(headlineText(view).en).toContain('is faster alone, and loses more than that beside a busy process');
    expect(neighbourText(view)!.en).toContain('so the default settings are recommended');
  });

  it('is recommended on an exclusive one, and told', () => {
    const result = run(LOSES, 'exclusive');
    expect(result.choice).toMatchObject({ verdict: 'faster', candidateId: apartId });
    expect(result.neighbour!.ratio!.estimate).toBeCloseTo(0.54, 1);
    expect(neighbourText(buildView(result))!.en).toContain('said to be exclusive, so this decides nothing');
  });

  it.each<[string, Rates[]]>([
    ['loses less than it gains', LOSES.map(({ standard: rate }) => ({ apart: 0.95 * rate, standard: rate }))],
    ['does not lose in every pair', [...LOSES, { apart: 13, standard: 12 }]],
    ['was not measured often enough', LOSES.slice(1)],
  ])('is recommended where it %s', (_, blocks) =>
    expect(run(blocks).choice).toMatchObject({ verdict: 'faster', candidateId: apartId }),
  );
});

describe('the trials beside a busy process', () => {
  it('count for nothing else: rates, trials and intervals are those alone', () => {
    const [without, withThem] = [run([]), run(LOSES, 'exclusive')];
    expect(withThem.configurations).toEqual(without.configurations);
    expect(withThem.outcomes).toEqual(without.outcomes);
    expect(withThem.choice).toEqual(without.choice);
    expect(without.neighbour).toBeUndefined();
    expect(neighbourText(buildView(without))!.en).toContain('the time did not suffice');
  });

  it('say what is left of each, also of one thread fewer', () => {
    const result = run(LOSES.map((rates) => ({ ...rates, spare: 15 })));
    const shares = result.neighbour!.arms.map(({ role, overAlone }) => [role, overAlone]);
    expect(shares).toEqual([
      ['winner', expect.closeTo(6.49 / 22, 2)],
      ['rival', expect.closeTo(12.3 / 20, 2)],
      ['spare', null],
    ]);
    expect(neighbourText(buildView(result))!.en).toContain('--threads 3 is the better choice');
    expect(neighbourText(buildView(run(LOSES)))!.en).not.toContain('better choice');
  });

  it('are in the profile of the recommended configuration', () => {
    const result = run(LOSES, 'exclusive');
    const chosen = result.configurations.find(({ candidateId: id }) => id === apartId)!;
    expect(toProfile(result, chosen, 'p').neighbour).toMatchObject({
      environment: 'exclusive',
      decodeTokensPerSecond: { n: 3 },
      overAlone: expect.closeTo(0.295, 2),
    });
    expect(toProfile(run([]), chosen, 'p')).not.toHaveProperty('neighbour');
  });
});
