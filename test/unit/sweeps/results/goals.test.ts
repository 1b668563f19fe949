import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../../src/core/interval.js';
import { type Configuration, type Goal, goalChoiceSchema } from '../../../../src/core/run-result.js';
import { goalChoices } from '../../../../src/sweeps/results/goals.js';
import { sampleRun } from '../../../helpers/sample-run.js';

const sample = sampleRun();
const sampleChoice = sample.choice!;
const template = sample.configurations.find((c) => c.objective)!;

type Numbers = { prefill: number; streams: number; memory: number; spread: number; trials: number };

const around = (estimate: number, { spread, trials: n }: Numbers): Interval =>
  n < 3
    ? { estimate, low: null, high: null, level: 0.95, n }
    : { estimate, low: estimate * (1 - spread), high: estimate * (1 + spread), level: 0.95, n };

const configuration = (candidateId: string, numbers: Numbers, fields: Partial<Configuration> = {}): Configuration => ({
  ...template,
  ...{ candidateId, trials: numbers.trials, peakRssBytes: numbers.memory * 2 ** 20, pareto: 'possibly-optimal' },
  ...{ meetsConstraints: true, objective: around(20, numbers) },
  prefillTokensPerSecond: around(numbers.prefill, numbers),
  decodeTokensPerSecond: around(20, numbers),
  throughput: { streams: 4, tokensPerSecond: around(numbers.streams, numbers), itlP50Ms: null, itlP95Ms: null },
  ...fields,
});

const choose = (configurations: Configuration[]): Map<Goal, string> => {
  const choice = { ...sampleChoice, candidateId: 'chosen' };
  return new Map(goalChoices({ configurations, choice }).map(({ goal, candidateId }) => [goal, candidateId]));
};

const plain: Numbers = { prefill: 100, streams: 50, memory: 2000, spread: 0.05, trials: 8 };
const chosen = configuration('chosen', plain);

describe('goalChoices', () => {
  it('names the configuration that is shown to serve a goal better', () => {
    const choices = choose([
      chosen,
      configuration('prompt', { ...plain, prefill: 150 }),
      configuration('streams', { ...plain, streams: 90 }),
      configuration('small', { ...plain, memory: 1500 }),
    ]);
    expect([...choices]).toEqual([
      ['latency', 'prompt'],
      ['throughput', 'streams'],
      ['small-memory', 'small'],
    ]);
  });

  it('leaves a goal out where intervals overlap, where one trial is all there is, and where memory only wanders', () => {
    expect(choose([chosen, configuration('close', { ...plain, prefill: 105, memory: 1990 })]).size).toBe(0);
    expect(choose([chosen, configuration('lucky', { ...plain, prefill: 300, streams: 300, trials: 1 })]).size).toBe(0);
  });

  it('takes a small memory from few trials, and says so', () => {
    const configurations = [chosen, configuration('small', { ...plain, memory: 1500, trials: 1 })];
    const [found] = goalChoices({ configurations, choice: { ...sampleChoice, candidateId: 'chosen' } });
    expect(found!.goal).toBe('small-memory');
    expect(found!.evidence).toMatch(/1 trial: too few for an interval of its speed.*only the winner of the objective/);
  });

  it.each([{ meetsConstraints: false }, { pareto: 'dominated' as const }, { objective: null }])(
    'never takes one with %j',
    (fields) => {
      const better = configuration(
        'better',
        { prefill: 900, streams: 900, memory: 10, spread: 0.01, trials: 9 },
        fields,
      );
      expect(choose([chosen, better]).size).toBe(0);
    },
  );

  it('is empty without a choice', () => {
    expect(goalChoices({ configurations: [chosen], choice: null })).toEqual([]);
  });

  const numbers = fc.record({
    prefill: fc.integer({ min: 50, max: 400 }),
    streams: fc.integer({ min: 10, max: 200 }),
    memory: fc.integer({ min: 500, max: 4000 }),
    spread: fc.double({ min: 0, max: 0.3, noNaN: true }),
    trials: fc.integer({ min: 1, max: 12 }),
  });

  it('whatever was measured: at most one a goal, a measured one, surely better, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 12 }), fc.nat(), (all, turn) => {
        const configurations = [chosen, ...all.map((one, i) => configuration(`c${i}`, one))];
        const found = choose(configurations);
        const of = (goal: Goal) => configurations.find((c) => c.candidateId === found.get(goal));
        for (const [goal, read] of [
          ['latency', (c: Configuration) => c.prefillTokensPerSecond!],
          ['throughput', (c: Configuration) => c.throughput!.tokensPerSecond],
        ] as const) {
          const best = of(goal);
          const better = configurations.filter((c) => (read(c).low ?? 0) > read(chosen).high!);
          expect(Boolean(best)).toBe(better.length > 0);
          if (best) expect(read(best).low).toBe(Math.max(...better.map((c) => read(c).low!)));
        }
        const least = Math.min(...configurations.map((c) => c.peakRssBytes!));
        const small = of('small-memory');
        expect(Boolean(small)).toBe(least < chosen.peakRssBytes! * 0.99);
        if (small) expect(small.peakRssBytes! / least).toBeLessThanOrEqual(1.01 + 1e-9);
        const turned = [
          ...configurations.slice(turn % configurations.length),
          ...configurations.slice(0, turn % configurations.length),
        ];
        expect([...choose(turned).keys()]).toEqual([...found.keys()]);
        const choice = { ...sampleChoice, candidateId: 'chosen' };
        for (const one of goalChoices({ configurations, choice })) goalChoiceSchema.parse(one);
      }),
      { numRuns: 50 },
    );
  });
});
