import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import { effectSchema } from '../../../../src/core/run-result.js';
import { effectsOf } from '../../../../src/sweeps/results/effects.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

const base = baseCandidate('llama-cpp', 'q4_0', 4);
const binding = { name: 'one-per-core', tool: 'taskset' as const, cpus: '0-3', memory: null };
const bound: Candidate = { ...base, binding };
const jemalloc: Candidate = { ...base, allocator: { name: 'jemalloc', path: '/lib/j.so' } };
const both: Candidate = { ...jemalloc, binding };
const all = [base, bound, jemalloc, both];
const plan = samplePlan(all, { objective: 'decode' });

const rate = (candidate: Candidate, block: number, value: number, changes: Partial<Outcome> = {}): Outcome =>
  sampleOutcome({ candidate, block, metrics: sampleMetrics({ decodeTokensPerSecond: value }), ...changes });

/** Blocks whose weather differs by up to half, and in each the given configurations at their speed. */
const race = (blocks: number, speeds: [Candidate, number][], from = 0): Outcome[] =>
  Array.from({ length: blocks }, (_, i) => from + i).flatMap((block) =>
    speeds.map(([candidate, speed]) => rate(candidate, block, speed * (1 + 0.1 * (block % 6)))),
  );
const effects = (outcomes: Outcome[], candidates = all) => effectsOf(plan, candidates, outcomes);

describe('effects of single knobs', () => {
  it('come from blocks that hold both, so the weather of a block is in neither', () => {
    const [effect, ...others] = effects(
      race(6, [
        [base, 20],
        [bound, 22],
      ]),
    );
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ axis: 'binding', value: 'one-per-core', reference: 'none' });
    expect(effect!.ratio).toMatchObject({ n: 6, level: 0.95 });
    for (const limit of [effect!.ratio.estimate, effect!.ratio.low!, effect!.ratio.high!])
      expect(limit).toBeCloseTo(1.1, 9);
    expect(effectSchema.parse(effect)).toEqual(effect);
  });

  it('take every pair alike in all other knobs, and a block as one value however many pairs it holds', () => {
    const found = effects(
      race(7, [
        [base, 20],
        [bound, 22],
        [jemalloc, 10],
        [both, 12],
      ]),
    );
    expect(found.map((e) => [e.axis, e.value])).toEqual([
      ['allocator', 'jemalloc'],
      ['binding', 'one-per-core'],
    ]);
    const [allocator, tied] = found;
    expect(allocator!.ratio.estimate).toBeCloseTo(Math.sqrt((10 / 20) * (12 / 22)), 9);
    expect(tied!.ratio.estimate).toBeCloseTo(Math.sqrt(1.1 * 1.2), 9);
    expect(tied!.ratio.n).toBe(7);
  });

  it('say nothing of arms that never met, of two knobs at once, of voided blocks, or of fewer than three blocks', () => {
    expect(effects([...race(6, [[base, 20]]), ...race(6, [[bound, 22]], 6)])).toEqual([]);
    expect(
      effects(
        race(6, [
          [base, 20],
          [both, 22],
        ]),
      ),
    ).toEqual([]);
    const six = race(6, [
      [base, 20],
      [bound, 22],
    ]);
    expect(effects(six.map((o) => (o.block < 4 ? { ...o, voided: true } : o)))).toEqual([]);
    expect(effects(six.map((o) => ({ ...o, phase: 'screen' as const })))).toEqual([]);
    expect(effects(six.map((o) => (o.candidateId === candidateId(base) ? { ...o, metrics: null } : o)))).toEqual([]);
  });

  it('have limits from three blocks on', () => {
    const speeds = [1.09, 1.1, 1.12];
    const [effect] = effects(speeds.flatMap((s, block) => [rate(base, block, 20), rate(bound, block, 20 * s)]));
    expect(effect!.ratio.low!).toBeLessThan(1.09);
    expect(effect!.ratio.high!).toBeGreaterThan(1.12);
    expect(effect!.ratio.n).toBe(3);
  });

  it('leave threads, quantization and engine to their own charts', () => {
    const more = { ...base, threads: 2 };
    expect(
      effects(
        race(6, [
          [base, 20],
          [more, 22],
        ]),
        [base, more],
      ),
    ).toEqual([]);
  });
});
