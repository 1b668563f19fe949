import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { capacityPlanSchema, type Objectives, type RequestLoad } from '../../../src/core/capacity-plan.js';
import type { Prices } from '../../../src/core/prices.js';
import { buildFleet } from '../../../src/fleet/build.js';
import { capacityOf, saturation } from '../../../src/fleet/plan/capacity.js';
import { parseLoad } from '../../../src/fleet/plan/load-spec.js';
import { planCapacity } from '../../../src/fleet/plan/plan.js';
import { Replica, type ReplicaModel } from '../../../src/fleet/plan/replica.js';
import { replicaModel, stepPoints } from '../../../src/fleet/plan/replica-model.js';
import { poissonArrivals, predict, simulate } from '../../../src/fleet/plan/simulate.js';
import { facts, fleetRunOf, rateOf } from '../../helpers/sample-fleet.js';

const exactly = (tokens: number) => ({ least: tokens, most: tokens });
const load = (ratePerSecond: number, prompt = 100, answer = 50): RequestLoad => ({
  ...{ ratePerSecond, prompt: exactly(prompt), answer: exactly(answer) },
});
const FREE: Objectives = { ttftMs: null, tpotMs: null, share: 0.95 };
const MODEL: ReplicaModel = { stepMs: [20, 24, 28, 32], prefillMsPerToken: 2, chunkTokens: 64 };

describe('a replica', () => {
  it('alone takes its prompt and one step a token, to the millisecond', () => {
    const replica = new Replica(MODEL);
    replica.offer({ atMs: 1000, promptTokens: 101, answerTokens: 11 });
    replica.advance(Number.POSITIVE_INFINITY);
    expect(replica.served).toEqual([{ atMs: 1000, ttftMs: 100 * 2 + 20, tpotMs: 20, endMs: 1000 + 200 + 11 * 20 }]);
  });

  it('makes running answers wait for each chunk of a prompt, and all steps longer with more sequences', () => {
    const replica = new Replica(MODEL);
    replica.offer({ atMs: 0, promptTokens: 1, answerTokens: 10 });
    replica.advance(60);
    replica.offer({ atMs: 60, promptTokens: 129, answerTokens: 1 });
    replica.advance(Number.POSITIVE_INFINITY);
    // First: three steps alone, then 64 tokens and a step, 64 tokens and a step of two, then alone.
    const [second, first] = replica.served;
    expect(second).toMatchObject({ ttftMs: 128 + 20 + 128 + 24 });
    expect(first!.endMs).toBe(60 + 128 + 20 + 128 + 24 + 5 * 20);
  });

  it('lets a request wait when all sequences are taken', () => {
    const one = new Replica({ ...MODEL, stepMs: [20] });
    one.offer({ atMs: 0, promptTokens: 1, answerTokens: 10 });
    one.offer({ atMs: 0, promptTokens: 1, answerTokens: 1 });
    one.advance(Number.POSITIVE_INFINITY);
    expect(one.served.map(({ ttftMs }) => ttftMs)).toEqual([20, 220]);
  });
});

describe('the simulation', () => {
  it('agrees with the M/D/1 queue, for which the mean wait is known', () => {
    // One sequence, no prompt, one token of 100 ms: Pollaczek and Khinchine, W = ρ s / (2 (1 − ρ)).
    const model: ReplicaModel = { stepMs: [100], prefillMsPerToken: 0, chunkTokens: 512 };
    for (const busy of [0.3, 0.6, 0.8]) {
      const arrivals = poissonArrivals(load(10 * busy, 1, 1), 30_000, 3);
      const { served } = simulate(model, arrivals, { replicas: 1, balancer: 'random', seed: 1 });
      const mean = served.reduce((sum, { ttftMs }) => sum + ttftMs, 0) / served.length;
      expect(mean / (100 + (busy * 100) / (2 * (1 - busy)))).toBeCloseTo(1, 0.7);
    }
  });

  it('over thousands of replicas by lot gives what one of them gives, and the less busy of two waits less', () => {
    const one = predict(
      simulate(MODEL, poissonArrivals(load(0.4), 8000, 5), { replicas: 1, balancer: 'random', seed: 1 }),
      FREE,
    );
    const many = poissonArrivals(load(0.4 * 2000), 20_000, 6);
    const random = predict(simulate(MODEL, many, { replicas: 2000, balancer: 'random', seed: 1 }), FREE);
    const chosen = predict(simulate(MODEL, many, { replicas: 2000, balancer: 'two-choices', seed: 1 }), FREE);
    expect(random.ttft.p95 / one.ttft.p95).toBeGreaterThan(0.9);
    expect(random.ttft.p95 / one.ttft.p95).toBeLessThan(1.1);
    expect(chosen.ttft.p95).toBeLessThan(random.ttft.p95);
  });

  it('serves every request once, none before it came, whatever comes', () => {
    const arrival = fc.record({
      atMs: fc.integer({ min: 0, max: 5000 }),
      promptTokens: fc.integer({ min: 1, max: 200 }),
      answerTokens: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (some, replicas) => {
        const arrivals = some.sort((a, b) => a.atMs - b.atMs);
        for (const balancer of ['random', 'two-choices'] as const) {
          const { served, busyShare } = simulate(MODEL, arrivals, { replicas, balancer, seed: 1 });
          expect(served.map(({ atMs }) => atMs)).toEqual(arrivals.map(({ atMs }) => atMs));
          expect(served.every(({ ttftMs, tpotMs }) => ttftMs >= 20 && tpotMs >= 0)).toBe(true);
          expect(busyShare).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('capacity', () => {
  const question = (objectives: Objectives) => ({ load: load(1), objectives, balancer: 'random' as const, seed: 1 });

  it('is what can be made where nothing is promised, and names what a promise breaks first', () => {
    expect(capacityOf(MODEL, question(FREE))).toEqual({
      mostPerReplica: 0.95 * saturation(MODEL, load(1)),
      limit: 'throughput',
    });
    expect(capacityOf(MODEL, question({ ...FREE, ttftMs: 400 })).limit).toBe('ttft');
    expect(capacityOf(MODEL, question({ ...FREE, tpotMs: 26 })).limit).toBe('tpot');
    expect(capacityOf(MODEL, question({ ...FREE, ttftMs: 100 }))).toEqual({ mostPerReplica: 0, limit: 'ttft-idle' });
    expect(capacityOf(MODEL, question({ ...FREE, tpotMs: 10 }))).toEqual({ mostPerReplica: 0, limit: 'tpot-idle' });
  });

  it('grows with what is allowed', () => {
    const rates = [300, 900].map((ttftMs) => capacityOf(MODEL, question({ ...FREE, ttftMs })).mostPerReplica);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect(rates[0]).toBeGreaterThan(0);
  });
});

const best = baseCandidate('llama-cpp', 'q4_0', 4);
const streams = (sequences: number, tokensPerSecond: number) =>
  rateOf({ ...best, sequences }, 20, {
    throughput: {
      streams: sequences,
      tokensPerSecond: { estimate: tokensPerSecond, low: null, high: null, level: 0.95, n: 3 },
      ...{ itlP50Ms: null, itlP95Ms: null },
    },
  });

it('a step of so many sequences is read from the throughput, and never shorter than one of fewer', () => {
  expect(stepPoints([rateOf(best, 20), streams(2, 25), streams(4, 100)])).toEqual([
    { sequences: 1, ms: 50 },
    { sequences: 2, ms: 80 },
    { sequences: 4, ms: 80 },
  ]);
});

it('steps between measured points are straight, and a longer context makes them longer', () => {
  const [run] = [fleetRunOf(facts('EPYC', 8), 'a', [rateOf(best, 20)])];
  const measured = {
    profile: run!.profile!,
    points: [
      { sequences: 1, ms: 50 },
      { sequences: 3, ms: 70 },
    ],
    ...{ prefillTokensPerSecond: 160, measuredDepth: 125 },
  };
  const { stepMs, prefillMsPerToken } = replicaModel(measured, load(1), 3);
  expect(stepMs).toEqual([50, 60, 70]);
  expect(prefillMsPerToken).toBe(6.25);
  expect(replicaModel(measured, load(1, 1000), 3).stepMs[0]).toBeGreaterThan(50);
});

describe('planCapacity', () => {
  const fleet = buildFleet([
    fleetRunOf(facts('Fast', 8), 'a', [rateOf(best, 20), streams(4, 50)]),
    fleetRunOf(facts('Slow', 4), 'b', [rateOf(best, 10)]),
  ]);
  const [fast, slow] = fleet.kinds;
  const prices = (most?: number, mostSlow?: number): Prices => ({
    ...{ schemaVersion: 1, kind: 'r1-tune/prices', currency: '$' },
    machines: [
      { kind: fast!.id, name: 'fast', perHour: 0.3, ...(most === undefined ? {} : { most }) },
      { kind: slow!.id, name: 'slow', perHour: 0.2, ...(mostSlow === undefined ? {} : { most: mostSlow }) },
    ],
  });
  const ask = (more = {}) => ({
    ...{ load: load(2), objectives: { ttftMs: 5000, tpotMs: 150, share: 0.95 }, balancer: 'random' as const },
    ...{ seed: 1, model: undefined, prices: prices() },
    ...more,
  });

  it('gives replicas by kind, the cost of a month and what limits them, and keeps its promise in another simulation', () => {
    const plan = planCapacity(fleet, ask());
    expect(capacityPlanSchema.parse(plan)).toEqual(plan);
    const [first] = plan.kinds;
    expect(first).toMatchObject({ name: 'fast', sequences: 4 });
    expect(first!.costPerMonth).toBeCloseTo(first!.machines! * 0.3 * 730.5, 6);
    expect(plan.chosen).toEqual([{ kind: fast!.id, replicas: first!.replicas, machines: first!.machines }]);
    expect(first!.prediction!.goodShare).toBeGreaterThan(0.92);
    expect(first!.prediction!.ttft.p95).toBeLessThan(5500);
  });

  it('takes several kinds where none has machines enough alone', () => {
    const needed = planCapacity(fleet, ask()).kinds.find(({ kind }) => kind === slow!.id)!.replicas!;
    const plan = planCapacity(fleet, ask({ prices: prices(3, needed - 1) }));
    expect(plan.chosen!.map(({ kind }) => kind).sort()).toEqual([fast!.id, slow!.id].sort());
    expect(plan.chosen!.reduce((sum, { replicas }) => sum + replicas, 0)).toBeGreaterThanOrEqual(needed - 1);
    for (const { kind, machines } of plan.chosen!)
      expect(machines).toBeLessThanOrEqual(kind === fast!.id ? 3 : needed - 1);
  });

  it('says what cannot be had', () => {
    const plan = planCapacity(fleet, ask({ objectives: { ttftMs: 100, tpotMs: null, share: 0.95 } }));
    expect(plan).toMatchObject({ chosen: null, costPerMonth: null });
    expect(plan.kinds.map(({ limit }) => limit)).toEqual(['ttft-idle', 'ttft-idle']);
    expect(planCapacity(fleet, ask({ load: load(1, 4000, 4000) })).kinds[0]!.limit).toBe('context');
    expect(() => planCapacity(fleet, ask({ model: 'other' }))).toThrow(/was not measured/);
  });
});

describe('parseLoad', () => {
  it('reads rates and lengths', () => {
    expect(parseLoad('rate=3/s prompt=500 answer=1500')).toEqual(load(3, 500, 1500));
    expect(parseLoad('rate=90/min, answer=200-3000 prompt=1')).toEqual({
      ...{ ratePerSecond: 1.5, prompt: exactly(1), answer: { least: 200, most: 3000 } },
    });
  });

  it.each([
    'rate=3 prompt=500 answer=1500',
    'rate=0/s prompt=500 answer=1500',
    'rate=3/s prompt=500',
    'rate=3/s prompt=500 answer=1500 user=7',
    'rate=3/s rate=4/s prompt=500 answer=1500',
    'rate=3/s prompt=0 answer=1500',
    'rate=3/s prompt=9-5 answer=1500',
    '',
  ])('refuses "%s"', (text) => {
    expect(() => parseLoad(text)).toThrow(/--load/);
  });
});
