import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../../src/core/candidate.js';
import { designOf } from '../../../../src/runs/sweep/execute.js';
import { planTimes } from '../../../../src/runs/sweep/plan-times.js';
import { STRATEGIES } from '../../../../src/sweeps/search/strategies/index.js';
import type { Pilot } from '../../../../src/sweeps/search/time-plan.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel, samplePlan } from '../../../helpers/sample-plan.js';

/** Whatever the budget, the machine and the strategy: there is a plan, and it says what it is worth. */

const pilotOf = (slowness: number): Pilot => ({
  ...{ backend: 'llama-cpp', quant: 'q4_0', threads: 8, batchExponent: 0.3 },
  ...{ fixedMs: 1200 * slowness, prefillTokensPerSecond: 160 / slowness, decodeTokensPerSecond: 30 / slowness },
});

function planned(budgetMs: number | null, elapsedMs: number, slowness: number, strategy = 'model-race') {
  const candidates = [8, 1, 2, 3, 4, 5, 6, 7].map((threads) => baseCandidate('llama-cpp', 'q4_0', threads));
  const plan = samplePlan(candidates, { budgetMs, strategy, effort: 'quick' });
  const models = [sampleModel()];
  return planTimes(plan, {
    ...{ pilots: [pilotOf(slowness)], threadBudget: 8, elapsedMs, sentinels: true },
    designOf: (one) => designOf(one, { machine: sampleMachine(), models, quality: [] }),
  });
}

describe('planTimes', () => {
  it('never refuses, never plans with a negative budget, and expects no more than there is', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.integer({ min: 0, max: 600_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(...STRATEGIES.map(({ id }) => id)),
        (budgetMs, elapsedMs, slowness, strategy) => {
          const plan = planned(budgetMs, elapsedMs, slowness, strategy);
          expect(plan.searchBudget!.limit).toBeGreaterThanOrEqual(0);
          expect(plan.expectedTrials).toBeGreaterThanOrEqual(2);
          if (plan.shortfall?.worth !== 'rates') expect(plan.expectedMs).toBeLessThanOrEqual(budgetMs);
          if (plan.shortfall) expect(plan.shortfall.neededMs).toBeGreaterThan(elapsedMs);
        },
      ),
    ));

  it('a machine slowed to a quarter gets less work, not a refusal', () => {
    const worths = [1, 1.5, 2, 2.5, 3, 4, 20].map((n) => planned(300_000, 20_000 * n, n).shortfall?.worth ?? 'trusted');
    expect(worths[0]).toBe('trusted');
    expect(worths).toContain('thin');
    expect(worths.at(-1)).toBe('rates');
    const order = ['trusted', 'thin', 'rates'];
    expect([...worths].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(worths);
  });

  it('the budget it names for a search that can be trusted is one', () => {
    for (const slowness of [2, 4, 10]) {
      const { shortfall } = planned(60_000, 20_000, slowness);
      expect(planned(shortfall!.neededMs, 20_000, slowness).shortfall).toBeUndefined();
    }
  });

  it('a strategy that does not fit gives way to one that does less, and that is said', () => {
    const plan = planned(60_000, 0, 4, 'grid');
    expect(plan.strategy).toBe('model-race');
    expect(plan.excluded).toEqual([expect.objectContaining({ axis: 'strategy', value: 'grid' })]);
  });
});
