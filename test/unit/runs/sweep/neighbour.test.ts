import { describe, expect, it } from 'vitest';
import { baseCandidate, candidateId } from '../../../../src/core/candidate.js';
import type { Block } from '../../../../src/core/experiment.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { SHORT_WORKLOAD } from '../../../../src/core/workload.js';
import { neighbourReserveMs, neighbourSource } from '../../../../src/runs/sweep/neighbour.js';
import { isOfSearch } from '../../../../src/runs/sweep/search-source.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleOutcome } from '../../../helpers/sample-trial.js';

const [four, two] = [4, 2].map((threads) => baseCandidate('llama-cpp', 'q4_0', threads)) as [never, never];
const plan = samplePlan([four, two], { neighbour: { environment: 'shared', blocks: 4 } });
const ARMS = [
  { role: 'winner', candidate: four },
  { role: 'rival', candidate: two },
] as const;
const measured = ({ number, arms }: Block): Outcome[] =>
  arms.map(({ candidate }) => sampleOutcome({ candidate, phase: 'neighbour', block: number, fidelity: 'short' }));

function all(hasTimeFor: (blocks: number) => boolean = () => true, log: Outcome[] = []): Block[] {
  const source = neighbourSource(plan, ARMS, hasTimeFor);
  const blocks: Block[] = [];
  for (let block = source.next(log); block; block = source.next(log)) {
    blocks.push(block);
    log.push(...measured(block));
  }
  return blocks;
}

describe('blocks beside a busy process', () => {
  it('hold every configuration once, in an order that the seed draws, each beside one busy process', () => {
    const blocks = all();
    expect(blocks).toHaveLength(4);
    for (const { arms } of blocks) {
      expect(arms.map(({ name }) => name).sort()).toEqual([four, two].map(candidateId).sort());
      expect(arms.map(({ conditions }) => conditions!.competitors)).toEqual([1, 1]);
      expect(arms.every(({ fidelity }) => fidelity === 'short')).toBe(true);
    }
    expect(new Set(blocks.map(({ arms }) => arms[0]!.name)).size).toBe(2);
    expect(all()).toEqual(blocks);
  });

  it('go on in a killed run where it was, a block that was cut from its first missing trial', () => {
    const [first, second] = all() as [Block, Block];
    const log = [...measured(first), measured(second)[0]!];
    expect(neighbourSource(plan, ARMS, () => true).next(log)).toEqual(second);
  });

  it('are begun only where there is time for as many as can tell anything', () => {
    expect(all((blocks) => blocks < 3)).toEqual([]);
    const log: Outcome[] = [];
    const source = neighbourSource(plan, ARMS, (blocks) => blocks <= 3 - log.length / 2);
    for (let block = source.next(log); block; block = source.next(log)) log.push(...measured(block));
    expect(log).toHaveLength(6);
  });

  it('are none where nothing was compared, or nobody asked', () => {
    expect(neighbourSource(plan, [], () => true).next([])).toBeNull();
    expect(neighbourSource(samplePlan(), ARMS, () => true).next([])).toBeNull();
  });

  it('are no trials of the search: it would not know them', () =>
    expect(measured(all()[0]!).some((outcome) => isOfSearch(outcome))).toBe(false));
});

describe('time kept back for them', () => {
  const pilot = { backend: 'llama-cpp', quant: 'q4_0', threads: 4, fixedMs: 2000, batchExponent: 0 } as const;
  const rates = {
    prefillTokensPerSecond: 1e9,
    decodeTokensPerSecond: SHORT_WORKLOAD.generateTokens + SHORT_WORKLOAD.warmUpGenerateTokens,
  };
  const facts = { pilots: [{ ...pilot, ...rates }], threadBudget: 4 };
  const budget = (budgetMs: number | null) => neighbourReserveMs({ ...plan, budgetMs }, facts);

  it('is that of three blocks of three trials, of which the load is not slowed down, and no more than the search can spare', () => {
    expect(budget(600_000)).toBeCloseTo(3 * 3 * (2000 + 3 * 1000), 0);
    expect(budget(200_000)).toBe(0);
    expect(budget(null)).toBe(0);
    expect(neighbourReserveMs({ ...samplePlan(), budgetMs: 600_000 }, facts)).toBe(0);
  });
});
