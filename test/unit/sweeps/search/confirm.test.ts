import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { type Confirmation, confirm, confirmTrials, recommend } from '../../../../src/sweeps/search/confirm.js';
import { openSearchLedger } from '../../../../src/sweeps/search/search-ledger.js';
import type { TrialAsk } from '../../../../src/sweeps/search/search-space.js';
import { rateAtMost, repetitions } from '../../../helpers/rates.js';

type Values = (ask: TrialAsk) => number | null;

function run(
  values: Values,
  options: { mostPairs?: number; seed?: number; limit?: number; references?: string[] } = {},
) {
  const { mostPairs = 10, seed = 1, limit, references = [] } = options;
  const ledger = openSearchLedger(limit === undefined ? undefined : { limit, shortCost: 1, fullCost: 1 });
  const generator = confirm({ candidateId: 'new', defaultId: 'old', mostPairs, seed, ledger, references });
  const batches: TrialAsk[][] = [];
  let step = generator.next();
  while (!step.done) {
    batches.push(step.value);
    step = generator.next(step.value.map((ask) => ({ ...ask, value: values(ask) })));
  }
  return { confirmation: step.value as Confirmation, batches };
}

/** The new one is `ratio` times as fast, ±1 %. */
const faster = (ratio: number, seed = 1): Values => {
  const random = seededRandom(seed);
  return ({ id }) => (id === 'new' ? ratio : 1) * 10 * Math.exp(0.01 * gaussian(random));
};

describe('confirm', () => {
  it('runs fresh pairs in both orders, a coin each', () => {
    const batches = Array.from({ length: 20 }, (_, seed) => run(faster(1.1), { seed }).batches).flat();
    expect(batches.every((pair) => pair.length === 2 && pair[0]!.id !== pair[1]!.id)).toBe(true);
    const oldFirst = batches.filter((pair) => pair[0]!.id === 'old').length / batches.length;
    expect(oldFirst).toBeGreaterThan(0.4);
    expect(oldFirst).toBeLessThan(0.6);
    expect(run(faster(1.1)).batches.map((pair) => pair[0]!.block)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives the ratio with its interval, p and what it could have seen', () => {
    const { confirmation } = run(faster(1.1));
    expect(confirmation.ratio.estimate).toBeCloseTo(1.1, 1);
    expect(confirmation.ratio).toMatchObject({ n: 10, level: 0.95 });
    expect(confirmation.pValue).toBeCloseTo(2 / 2 ** 10, 12);
    expect(confirmation.minimumDetectable).toBeLessThan(0.05);
    expect(confirmation.isFaster).toBe(true);
  });

  describe('with looks at 10, 14, 20 and 30 pairs', () => {
    const mostPairs = 30;
    /** Pairs of ±`noise`, one confirmation for each seed. */
    const many = (ratio: number, noise: number, runs: number) =>
      Array.from({ length: runs }, (_, seed) => {
        const random = seededRandom(seed);
        const values: Values = ({ id }) => (id === 'new' ? ratio : 1) * 10 * Math.exp(noise * gaussian(random));
        return run(values, { mostPairs, seed }).confirmation;
      });
    const share = (all: Confirmation[], is: (c: Confirmation) => boolean) => all.filter(is).length / all.length;

    it('ends after ten where the gain or the loss is plain', () => {
      for (const ratio of [1.1, 0.9]) expect(run(faster(ratio), { mostPairs }).confirmation.ratio.n).toBe(10);
    });

    it('gives small gains the pairs that they need: 3 % in noise of 3 % is found where ten pairs often miss it', () => {
      const patient = share(many(1.03, 0.03, 200), (c) => c.isFaster);
      const tenPairs = Array.from({ length: 200 }, (_, seed) => {
        const random = seededRandom(seed);
        const values: Values = ({ id }) => (id === 'new' ? 1.03 : 1) * 10 * Math.exp(0.03 * gaussian(random));
        return run(values, { mostPairs: 10, seed }).confirmation;
      });
      expect(patient).toBeGreaterThan(0.85);
      expect(share(tenPairs, (c) => c.isFaster)).toBeLessThan(0.65);
    });

    it('calls no difference faster in at most 2.5 % of the runs, all looks together', () => {
      const runs = repetitions(4000, 1000);
      expect(share(many(1, 0.03, runs), (c) => c.isFaster)).toBeLessThan(rateAtMost(0.025, runs));
    });

    it('publishes intervals that hold the truth in 94 to 96 % of the runs', () => {
      const runs = repetitions(4000, 400);
      for (const ratio of [1, 1.02, 1.04]) {
        const missed = share(many(ratio, 0.03, runs), (c) => ratio < c.ratio.low! || ratio > c.ratio.high!);
        expect(missed, `ratio ${ratio}`).toBeLessThan(rateAtMost(0.06, runs));
      }
    });
  });

  it('runs references beside the first six pairs, in any order, and they change nothing in the pairs', () => {
    const { batches, confirmation } = run(faster(1.1), { references: ['hand', 'old', 'new'] });
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 3, 3, 3, 3, 2, 2, 2, 2]);
    expect(batches.flat()).toHaveLength(confirmTrials(10, 1));
    expect(confirmation.ratio.n).toBe(10);
    const first = Array.from({ length: 300 }, (_, seed) => run(faster(1), { references: ['hand'], seed }).batches[0]!);
    const share = (id: string) => first.filter((batch) => batch[0]!.id === id).length / 300;
    for (const id of ['hand', 'old', 'new']) expect(share(id)).toBeCloseTo(1 / 3, 0.5);
    const oldBeforeNew = first.filter((batch) => {
      const ids = batch.map((ask) => ask.id);
      return ids.indexOf('old') < ids.indexOf('new');
    });
    expect(oldBeforeNew.length / 300).toBeGreaterThan(0.41);
    expect(oldBeforeNew.length / 300).toBeLessThan(0.59);
  });

  it('repeats a pair with a failed arm, up to half as many again', () => {
    let trial = 0;
    const flaky: Values = (ask) => (trial++ % 6 === 0 ? null : faster(1.1)(ask));
    expect(run(flaky).confirmation.ratio.n).toBe(10);
    const { confirmation, batches } = run(({ id }) => (id === 'new' ? null : 10), { mostPairs: 30 });
    expect(batches).toHaveLength(15);
    expect(confirmation).toMatchObject({ isFaster: false, minimumDetectable: null, ratio: { n: 0, low: null } });
  });

  it('stops early on a spent budget; the six pairs of an interval may take a tenth more, and no more than that', () => {
    expect(run(faster(1.1), { limit: 16 }).confirmation.ratio.n).toBe(8);
    expect(run(faster(1.1), { limit: 11 }).confirmation.ratio.n).toBe(6);
    const spent = run(faster(1.1), { limit: 2 }).confirmation;
    expect(spent.ratio).toMatchObject({ n: 1, low: null, high: null });
    expect(spent.isFaster).toBe(false);
  });
});

describe('recommend', () => {
  const faster = { isFaster: true } as Confirmation;
  it.each([
    ['new', faster, { id: 'new', because: 'faster' }],
    ['new', { isFaster: false } as Confirmation, { id: 'old', because: 'no-clear-gain' }],
    ['old', null, { id: 'old', because: 'default-is-best' }],
    ['new', null, { id: 'new', because: 'default-not-viable' }],
  ] as const)('winner %s with %j', (winnerId, confirmation, expected) => {
    expect(recommend(winnerId, 'old', confirmation)).toEqual(expected);
  });
});
