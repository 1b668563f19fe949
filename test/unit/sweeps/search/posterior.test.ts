import { describe, expect, it } from 'vitest';
import { randomStream, seededRandom } from '../../../../src/core/random.js';
import { mean, standardDeviation } from '../../../../src/stats/sample.js';
import { hopeful, openPosterior, probabilityWithin } from '../../../../src/sweeps/search/posterior.js';
import { posteriorRace } from '../../../../src/sweeps/search/posterior-race.js';
import { openSearchLedger } from '../../../../src/sweeps/search/search-ledger.js';
import type { TrialAsk, TrialResult } from '../../../../src/sweeps/search/search-space.js';
import { smallWorld } from '../../../helpers/search/synthetic-world.js';
import type { World } from '../../../helpers/search/world.js';

const world = smallWorld(3, 80);
const { space } = world;
const env = world.open(1);
/** Every point once in short trials, then some of them in full ones. */
const results: TrialResult[] = [
  ...space.points.map(({ id }, i) => ({
    phase: 'screen' as const,
    block: Math.floor(i / 10),
    id,
    ...env.run(id, 'short'),
  })),
  ...space.points.slice(0, 30).map(({ id }, i) => ({
    ...{ phase: 'race' as const, block: Math.floor(i / 6), id },
    ...env.run(id, 'full'),
  })),
];
const posterior = openPosterior(space)(results)!;
const everyone = space.points.map((_, i) => i);

describe('the posterior', () => {
  it('knows the truth about as well as it says', () => {
    const errors = space.points.map(({ id }, i) => posterior.mean[i]! - world.truth.get(id)!);
    const level = mean(errors);
    const scores = errors.map((error, i) => (error - level) / posterior.sd(i));
    expect(scores.filter((z) => Math.abs(z) < 2).length / scores.length).toBeGreaterThan(0.9);
    expect(standardDeviation(errors)).toBeLessThan(0.06);
  });

  it('draws what it says: the mean and the spread of one point, and neighbours together', () => {
    const pool = hopeful(posterior, everyone);
    const draw = posterior.draws(pool, seededRandom(2));
    const draws = Array.from({ length: 800 }, draw);
    const first = draws.map((speeds) => speeds[0]!);
    expect(mean(first)).toBeCloseTo(posterior.mean[pool[0]!]!, 1);
    expect(standardDeviation(first) / posterior.sd(pool[0]!)).toBeGreaterThan(0.9);
    expect(standardDeviation(first) / posterior.sd(pool[0]!)).toBeLessThan(1.1);
  });

  it('calls the best of the space near the best more often than the slowest', () => {
    const byMean = [...everyone].sort((a, b) => posterior.mean[b]! - posterior.mean[a]!);
    const p = (index: number): number => probabilityWithin(0.02, posterior, everyone, index, randomStream(1, 'p'));
    expect(p(byMean[0]!)).toBeGreaterThan(0.3);
    expect(p(byMean.at(-1)!)).toBe(0);
  });

  it('is none where no trial gave a number', () =>
    expect(openPosterior(space)(results.map((r) => ({ ...r, value: null })))).toBeNull());
});

function race(of: World, trials: number, judge: (ask: TrialAsk) => Partial<TrialResult> = () => ({})) {
  const run = of.open(5);
  const told: TrialResult[] = of.space.points
    .filter((_, i) => i % 3 === 0)
    .map(({ id }) => {
      const ask: TrialAsk = { phase: 'screen', block: 0, id, fidelity: 'short' };
      return { ...ask, ...run.run(id, 'short'), ...judge(ask) };
    });
  const search = posteriorRace({
    space: of.space,
    told,
    seed: 1,
    trials,
    ledger: openSearchLedger(undefined),
    reserve: 0,
  });
  const batches: TrialAsk[][] = [];
  let step = search.next();
  while (!step.done) {
    batches.push(step.value);
    step = search.next(step.value.map((ask) => ({ ...ask, ...run.run(ask.id, ask.fidelity), ...judge(ask) })));
  }
  return { record: step.value, batches };
}

describe('a race by the posterior', () => {
  it('holds the default in its first three blocks, and spends its trials on the best', () => {
    const { record, batches } = race(world, 60);
    for (const batch of batches.slice(0, 3)) expect(batch.map(({ id }) => id)).toContain(space.defaultId);
    expect(batches.flat().length).toBeGreaterThanOrEqual(35);
    expect(batches.flat().length).toBeLessThanOrEqual(66);
    const truths = [...world.truth.values()].sort((a, b) => b - a);
    const winner = world.truth.get(record.survivors[0]!)!;
    expect(truths.filter((truth) => truth > winner).length).toBeLessThan(8);
    const late = batches.slice(-3).flat();
    expect(late.every(({ id }) => world.truth.get(id)! > truths[40]!)).toBe(true);
  });

  it('only names a winner that ran three times, where any did', () => {
    const { record } = race(world, 60);
    for (const id of record.survivors) expect(record.runs.get(id)!.length).toBeGreaterThanOrEqual(3);
  });

  it('drops what fails, the default too, and says so', () => {
    const { record } = race(world, 40, ({ id }) => (id === space.defaultId ? { value: null } : {}));
    expect(record.survivors).not.toContain(space.defaultId);
    expect(record.eliminated.find(({ id }) => id === space.defaultId)).toMatchObject({ because: 'failed' });
  });

  it('ends where nothing works', () => {
    const { record, batches } = race(world, 40, () => ({ value: null }));
    expect(record).toMatchObject({ survivors: [], stoppedBy: 'none-left' });
    expect(batches.length).toBeLessThanOrEqual(1);
  });
});
