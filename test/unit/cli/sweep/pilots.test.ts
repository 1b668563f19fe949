import { describe, expect, it } from 'vitest';
import { failedArms, runPilots } from '../../../../src/cli/sweep/pilots.js';
import { baseCandidate } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import type { SweepPorts } from '../../../../src/sweeps/sweep.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel, samplePlan } from '../../../helpers/sample-plan.js';
import { sampleOutcome } from '../../../helpers/sample-trial.js';

const q8 = sampleModel({ quant: 'q8_0' });
const arms = [
  { backend: 'llama-cpp' as const, model: sampleModel() },
  { backend: 'llama-cpp' as const, model: q8 },
];
const plan = samplePlan(
  ['q4_0', 'q8_0'].flatMap((quant) => [2, 4].map((threads) => baseCandidate('llama-cpp', quant, threads))),
);

async function pilots(known: Outcome[] = []) {
  const stored: Outcome[] = [];
  const ports: SweepPorts = {
    measure: async (trial) => sampleOutcome({ candidate: trial.candidate }),
    onOutcome: (outcome) => void stored.push(outcome),
    onTrialStart: () => {},
    onVoid: () => {},
    clock: { now: () => 0, monotonicMs: () => 0, sleep: async () => {} },
    signal: new AbortController().signal,
  };
  return { all: await runPilots(arms, plan, sampleMachine(), known, ports), stored };
}

describe('runPilots', () => {
  it('runs one short trial for each engine and quantization, on the threads of the machine', async () => {
    const { all, stored } = await pilots();
    expect(stored).toEqual(all);
    expect(all.map((o) => [o.trial, o.phase, o.fidelity, o.candidate.quant, o.candidate.threads])).toEqual([
      [0, 'calibrate', 'short', 'q4_0', 8],
      [1, 'calibrate', 'short', 'q8_0', 8],
    ]);
  });

  it('does not repeat those of a run that goes on', async () => {
    const first = (await pilots()).all[0]!;
    const { all, stored } = await pilots([first]);
    expect(stored.map((o) => [o.trial, o.candidate.quant])).toEqual([[1, 'q8_0']]);
    expect(all).toHaveLength(2);
  });
});

it('failedArms names each engine and level that did not run, and how much that excludes', () => {
  const failed = sampleOutcome({
    candidate: baseCandidate('llama-cpp', 'q8_0', 8),
    status: 'out-of-memory',
    reason: 'killed',
    metrics: null,
  });
  expect(failedArms([sampleOutcome(), failed], plan)).toEqual([
    {
      axis: 'backend and quantization',
      value: 'llama-cpp q8_0',
      reason: 'the first trial ended as out-of-memory: killed',
      configurations: 2,
    },
  ]);
});
