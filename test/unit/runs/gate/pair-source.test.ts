import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../../src/core/outcome.js';
import { gaussian, randomStream } from '../../../../src/core/random.js';
import { FULL_WORKLOAD } from '../../../../src/core/workload.js';
import { runBlocks } from '../../../../src/runs/experiment/run-blocks.js';
import { type GateJob, type Side, sideArm } from '../../../../src/runs/gate/job.js';
import { pairRecords } from '../../../../src/runs/gate/pair-records.js';
import { pairSource } from '../../../../src/runs/gate/pair-source.js';
import { fakePorts } from '../../../helpers/experiment.js';
import { sampleModel } from '../../../helpers/sample-plan.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';
import { sampleMetrics, sampleOutcome, sampleResources } from '../../../helpers/sample-trial.js';

/** Trials without processes: a side decodes at its rate with 2 % of noise. */
async function gate(options: {
  rates: Record<Side, number | null>;
  steal?: (trial: number) => number;
  seed?: number;
  differences?: string[];
}) {
  const ran: Side[] = [];
  const random = randomStream(options.seed ?? 1, 'noise');
  const profile = sampleProfile();
  const { ports, outcomes } = fakePorts(({ arm }): Measurement => {
    const side = arm.name as Side;
    const rate = options.rates[side];
    const resources = sampleResources({ stealShare: options.steal?.(ran.length) ?? 0 });
    ran.push(side);
    if (rate === null) return sampleOutcome({ status: 'crashed', reason: 'x', metrics: null, resources: null });
    const decodeMedianChunkRate = rate * Math.exp(0.02 * gaussian(random));
    return sampleOutcome({ metrics: sampleMetrics({ decodeMedianChunkRate }), resources });
  });
  const arm = (side: Side) => sideArm(side, profile, { model: sampleModel(), workload: FULL_WORKLOAD });
  const job: GateJob = {
    profiles: { baseline: profile, candidate: profile },
    arms: { baseline: arm('baseline'), candidate: arm('candidate') },
    seed: options.seed ?? 1,
    options: {
      metrics: [{ name: 'decode', better: 'higher' }],
      fingerprintDifferences: options.differences ?? [],
    },
    preflight: null,
    ports,
  };
  const source = pairSource(job, () => {});
  await runBlocks(source, ports);
  return { pairs: pairRecords(outcomes), verdict: source.verdict(outcomes), ran };
}

describe('the pairs of a gate', () => {
  it('passes what has not changed at the first look, in pairs whose order is a coin', async () => {
    const { pairs, verdict, ran } = await gate({ rates: { baseline: 20, candidate: 20 } });
    expect(verdict.verdict).toBe('PASS');
    // The first look whose coins did not nearly all fall alike.
    expect([6, 8]).toContain(pairs.length);
    // Both once before the first pair.
    expect(ran.splice(0, 2)).toEqual(['baseline', 'candidate']);
    expect(new Set(pairs.map((p) => p.order))).toEqual(new Set(['AB', 'BA']));
    for (const [i, pair] of pairs.entries()) {
      expect(ran.slice(2 * i, 2 * i + 2)).toEqual(
        pair.order === 'AB' ? ['baseline', 'candidate'] : ['candidate', 'baseline'],
      );
      expect([pair.baseline.trial, pair.candidate.trial].sort((a, b) => a - b)).toEqual([2 * i + 2, 2 * i + 3]);
      expect(pair.baseline).toMatchObject({ phase: 'gate', block: i, fidelity: 'full' });
    }
  });

  it('draws the same coins from the same seed', async () => {
    const orders = async (seed: number) =>
      (await gate({ rates: { baseline: 20, candidate: 20 }, seed })).pairs.map((p) => p.order).join();
    expect(await orders(3)).toBe(await orders(3));
    expect(await orders(3)).not.toBe(await orders(4));
  });

  it('fails what is 20 % slower', async () =>
    expect((await gate({ rates: { baseline: 20, candidate: 16 } })).verdict.verdict).toBe('FAIL'));

  it('fails a candidate that never runs after three pairs, not after thirty', async () => {
    const { verdict, pairs } = await gate({ rates: { baseline: 20, candidate: null } });
    expect(verdict.verdict).toBe('FAIL');
    expect(pairs).toHaveLength(3);
  });

  it('measures nothing on another machine', async () => {
    const { verdict, ran } = await gate({ rates: { baseline: 20, candidate: 20 }, differences: ['cores 8 there'] });
    expect(verdict.verdict).toBe('INVALID');
    expect(ran).toEqual([]);
  });

  it('goes on where the machine never rests: pairs count when repeats are spent', async () => {
    const { pairs, verdict, ran } = await gate({
      rates: { baseline: 20, candidate: 20 },
      // From the third pair on one trial of four is robbed, in repeats too.
      steal: (trial) => (trial > 11 && trial % 4 === 0 ? 0.3 : 0),
    });
    expect(verdict.verdict).toBe('PASS');
    expect(pairs.filter((p) => !p.isVoid)).toHaveLength(verdict.validPairs);
    expect(ran.length).toBeLessThanOrEqual(2 + 2 * verdict.validPairs + 30);
  });

  it('runs one more pair for each that was disturbed, and says why', async () => {
    const { pairs, verdict } = await gate({
      rates: { baseline: 20, candidate: 20 },
      steal: (trial) => (trial === 12 ? 0.3 : 0),
    });
    expect(verdict.verdict).toBe('PASS');
    expect(pairs).toHaveLength(verdict.validPairs + 1);
    expect(pairs.filter((p) => p.isVoid).map((p) => p.pair)).toEqual([5]);
    expect(pairs[5]!.voidReasons[0]).toMatch(/hypervisor took 30\.0 %/);
  });

  it('ends by itself where both arms fail', async () => {
    const { verdict, pairs } = await gate({ rates: { baseline: null, candidate: null } });
    expect(verdict.verdict).toBe('INVALID');
    expect(pairs.length).toBeLessThanOrEqual(10);
  });
});
