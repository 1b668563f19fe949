import { describe, expect, it } from 'vitest';
import { baseCandidate, candidateId } from '../../../src/core/candidate.js';
import type { FleetRun } from '../../../src/core/fleet.js';
import { fleetSummarySchema } from '../../../src/core/fleet-summary.js';
import type { Prices } from '../../../src/core/prices.js';
import { buildFleet } from '../../../src/fleet/build.js';
import { mergeIntervals } from '../../../src/fleet/machine-rates.js';
import { type SummaryOptions, summarizeFleet } from '../../../src/fleet/summarize.js';
import { facts, fleetRunOf, type KindSpec, rateOf, sampleFleetRuns } from '../../helpers/sample-fleet.js';

const KINDS: KindSpec[] = [
  { model: 'EPYC 9654', cpus: 8, decode: 30, machines: 40 },
  { model: 'Graviton 3', cpus: 16, decode: 25, machines: 40 },
  { model: 'Xeon 8488C', cpus: 4, decode: 15, machines: 40 },
];
const OPTIONS = { prices: null, falseAlarms: 0.05, within: 0.05 };
const summaryOf = (runs: FleetRun[], options: SummaryOptions = OPTIONS) => summarizeFleet(buildFleet(runs), options);
const outliers = (runs: FleetRun[]): string[] =>
  summaryOf(runs).tasks.flatMap(({ kinds }) =>
    kinds.flatMap(({ spread }) =>
      spread.machines.filter(({ verdict }) => verdict === 'slow' || verdict === 'fast').map(({ node }) => node!),
    ),
  );
const [four, eight, sixteen] = [4, 8, 16].map((threads) => baseCandidate('llama-cpp', 'q4_0', threads));

describe('slow machines', () => {
  it('are found, and only they', () => {
    const slow = { 'epyc-9654-3': 0.85, 'graviton-3-7': 0.9, 'xeon-8488c-11': 0.88 };
    expect(outliers(sampleFleetRuns(KINDS, { seed: 1, slow })).sort()).toEqual(Object.keys(slow).sort());
  });

  it('are named in at most the stated share of fleets that have none: 100 seeds', { timeout: 120_000 }, () => {
    const [kind] = KINDS;
    const alarms = Array.from(
      { length: 100 },
      (_, seed) => outliers(sampleFleetRuns([kind!], { seed, sd: 0.02 })).length > 0,
    );
    // At 5 %, 12 or more of 100 come by chance once in 250 tries.
    expect(alarms.filter(Boolean).length).toBeLessThan(12);
  });

  it('are never named for less than 2 %, nor in a kind too small to tell', () => {
    const steady = { seed: 4, sd: 0.0005, slow: { 'epyc-9654-3': 0.985 } };
    expect(outliers(sampleFleetRuns(KINDS, steady))).toEqual([]);
    const few = sampleFleetRuns([{ ...KINDS[0]!, machines: 4 }], { seed: 4, slow: { 'epyc-9654-3': 0.5 } });
    expect(outliers(few)).toEqual([]);
    expect(summaryOf(few).tasks[0]!.kinds[0]!.spread).toMatchObject({ isTested: false });
  });

  it('do not hide behind a kernel image: groups of machines are compared', () => {
    const runs = sampleFleetRuns([KINDS[0]!], { seed: 5 }).map((run, i) => {
      const isNew = i % 2 === 0;
      const { fingerprint } = run.machine;
      const soft = { ...fingerprint.soft, kernel: isNew ? '6.18.0' : '6.1.0' };
      const rates = run.rates.map((rate) =>
        isNew ? { ...rate, objective: { ...rate.objective, estimate: rate.objective.estimate * 0.95 } } : rate,
      );
      return { ...run, rates, machine: { ...run.machine, fingerprint: { ...fingerprint, soft } } };
    });
    const [change] = summaryOf(runs).tasks[0]!.kinds[0]!.changes;
    expect(change).toMatchObject({ fact: 'kernel', machines: 20, others: 20, isShown: true });
    const slowdown = change!.value === '6.18.0' ? change!.ratio.estimate : 1 / change!.ratio.estimate;
    expect(slowdown).toBeGreaterThan(0.93);
    expect(slowdown).toBeLessThan(0.97);
  });
});

describe('the summary', () => {
  it('keeps to its schema and gives the medians and ranges of machines', () => {
    const summary = summaryOf(sampleFleetRuns(KINDS, { seed: 2 }));
    expect(fleetSummarySchema.parse(summary)).toEqual(summary);
    const [first] = summary.tasks[0]!.kinds;
    expect(first!.best.candidateId).toBe(candidateId(eight!));
    const { median, low, high, machines } = first!.best.decodeTokensPerSecond;
    expect(machines).toBe(40);
    expect(median).toBeCloseTo(30, 0);
    expect([low! < median, high! > median]).toEqual([true, true]);
  });

  it('merges runs of one machine with limits that span all of them, and never those of two machines', () => {
    const merged = mergeIntervals([
      { estimate: 20, low: 19, high: 21, level: 0.95, n: 5 },
      { estimate: 22, low: 21.5, high: 22.5, level: 0.95, n: 5 },
    ]);
    expect(merged).toMatchObject({ low: 19, high: 22.5, n: 10 });
    expect(merged.estimate).toBeCloseTo(Math.sqrt(440), 9);
    const twice = [20, 22].map((rate, i) =>
      fleetRunOf(facts('EPYC', 8), 'a', [rateOf(eight!, rate)], { run: `run-${i}`, startedAt: `2026-10-0${i + 1}` }),
    );
    expect(summaryOf(twice).tasks[0]!.kinds[0]!.best.decodeTokensPerSecond).toMatchObject({ machines: 1 });
  });

  it('does not compare rates of different versions of an engine', () => {
    const old = rateOf(eight!, 20, { engine: 'llama.cpp 3.0.0' });
    const runs = [fleetRunOf(facts('EPYC', 8), 'a', [rateOf(eight!, 30)]), fleetRunOf(facts('EPYC', 8), 'b', [old])];
    expect(summaryOf(runs).tasks[0]!.kinds[0]!.best).toMatchObject({ engine: 'llama.cpp 3.22.1', machines: 1 });
  });

  it('says which profile serves several kinds, which need their own, and what nobody tried', () => {
    const run = (model: string, cpus: number, rates: Parameters<typeof fleetRunOf>[2]) =>
      fleetRunOf(facts(model, cpus), model, rates);
    const summary = summaryOf([
      run('A', 8, [rateOf(eight!, 30), rateOf(sixteen!, 29.5)]),
      run('B', 16, [rateOf(sixteen!, 40), rateOf(eight!, 25)]),
      run('C', 4, [rateOf(four!, 10), rateOf(eight!, 5)]),
      run('D', 2, [rateOf(baseCandidate('llama-cpp', 'q4_0', 2), 6)]),
    ]);
    const [task] = summary.tasks;
    const nameOf = (id: string) => task!.kinds.find(({ kind }) => kind === id)!.name.slice(0, 1);
    expect(
      task!.shared.map(({ candidateId: id, kinds }) => [id, kinds.map(({ kind }) => nameOf(kind)).sort()]),
    ).toEqual([[candidateId(sixteen!), ['A', 'B']]]);
    expect(task!.own.map(({ kind, why }) => [nameOf(kind), why]).sort()).toEqual([
      ['C', 'slower'],
      ['D', 'not-measured'],
    ]);
  });
});

describe('prices', () => {
  const runs = sampleFleetRuns(KINDS, { seed: 3 });
  const ids = Object.fromEntries(buildFleet(runs).kinds.map(({ id, hard }) => [hard.model, id]));
  const prices = (machines: Prices['machines']): Prices => ({
    ...{ schemaVersion: 1, kind: 'r1-tune/prices', currency: '$', machines },
  });

  it('give the price of a million tokens and the frontier of price and speed', () => {
    const machines = [
      { kind: ids['EPYC 9654']!, name: 'big', perHour: 0.6 },
      { kind: ids['Graviton 3']!.slice(0, 6), name: 'dear', perHour: 0.7 },
      { kind: ids['Xeon 8488C']!, name: 'small', perHour: 0.1 },
    ];
    const [task] = summaryOf(runs, { ...OPTIONS, prices: prices(machines) }).tasks;
    const big = task!.kinds.find(({ price }) => price!.name === 'big')!;
    expect(big.price!.perMillion).toBeCloseTo((0.6 / 3600 / big.best.generatedTokensPerSecond.median) * 1e6, 9);
    expect(task!.kinds.map(({ price }) => [price!.name, price!.isOnFrontier]).sort()).toEqual([
      ['big', true],
      ['dear', false],
      ['small', true],
    ]);
  });

  it.each([['0000aaaa', /is no kind of this fleet/]])('refuse %s', (kind, message) => {
    expect(() => summaryOf(runs, { ...OPTIONS, prices: prices([{ kind, perHour: 1 }]) })).toThrow(message);
  });
});
