import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../../src/core/candidate.js';
import type { Outcome } from '../../../../src/core/outcome.js';
import type { Plan } from '../../../../src/core/run-result.js';
import { listedBlocks } from '../../../../src/runs/experiment/listed-blocks.js';
import { runBlocks } from '../../../../src/runs/experiment/run-blocks.js';
import { failedArms, pilotBlocks, unpilotedArms } from '../../../../src/runs/sweep/pilots.js';
import { fakePorts } from '../../../helpers/experiment.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel, samplePlan } from '../../../helpers/sample-plan.js';
import { sampleOutcome } from '../../../helpers/sample-trial.js';

const withModels = (plan: Plan): Plan => ({
  ...plan,
  models: [sampleModel(), sampleModel({ quant: 'q8_0' }), sampleModel({ quant: 'int4', format: 'onnx' })],
});
const plan = withModels(
  samplePlan(['q4_0', 'q8_0'].flatMap((quant) => [2, 4].map((threads) => baseCandidate('llama-cpp', quant, threads)))),
);

async function pilots(known: Outcome[] = [], of = plan) {
  const { ports, outcomes } = fakePorts(({ arm }) => sampleOutcome({ candidate: arm.candidate }), { known });
  await runBlocks(listedBlocks(pilotBlocks(of, sampleMachine())), ports);
  return { all: outcomes, stored: outcomes.slice(known.length) };
}

describe('pilots of a sweep', () => {
  it('runs one short trial for each engine and quantization, on the threads of the machine', async () => {
    const { all, stored } = await pilots();
    expect(stored).toEqual(all);
    expect(all.map((o) => [o.trial, o.phase, o.fidelity, o.candidate.quant, o.candidate.threads])).toEqual([
      [0, 'calibrate', 'short', 'q4_0', 8],
      [1, 'calibrate', 'short', 'q8_0', 8],
      [2, 'calibrate', 'short', 'q4_0', 2],
    ]);
  });

  it('shows what threads bring with the fewest and with a count halfway, on one level of each engine', async () => {
    const counts = [1, 2, 3, 4, 6, 8];
    const wide = withModels(samplePlan(counts.map((threads) => baseCandidate('llama-cpp', 'q4_0', threads))));
    expect((await pilots([], wide)).all.slice(1).map((o) => o.candidate.threads)).toEqual([1, 3]);
    const narrow = samplePlan([baseCandidate('llama-cpp', 'q4_0', 8)]);
    expect((await pilots([], narrow)).all).toHaveLength(1);
  });

  it('does not load an engine or a level whose every configuration is excluded', async () => {
    const none = withModels(samplePlan([]));
    expect((await pilots([], none)).all).toEqual([]);
    const one = withModels(samplePlan([baseCandidate('llama-cpp', 'q8_0', 8)]));
    expect((await pilots([], one)).all.map((o) => o.candidate.quant)).toEqual(['q8_0']);
  });

  it('shows each of two engines that run the same file', async () => {
    const both = withModels(samplePlan((['onnx', 'openvino'] as const).map((id) => baseCandidate(id, 'int4', 8))));
    const { all } = await pilots([], both);
    expect(all.map((o) => [o.candidate.backend, o.candidate.quant])).toEqual([
      ['onnx', 'int4'],
      ['openvino', 'int4'],
    ]);
    expect(unpilotedArms(all.slice(0, 1), both).map(({ value }) => value)).toEqual(['openvino int4']);
  });

  it('runs streams for throughput, since batching decides how long its trials take', async () => {
    const { all } = await pilots([], { ...plan, objective: 'throughput' });
    expect(all.map((o) => o.candidate.sequences)).toEqual([4, 4, 4]);
  });

  it('begins with the default; what the budget left no time for is named', async () => {
    const onQ8 = { ...plan, defaultCandidate: baseCandidate('llama-cpp', 'q8_0', 4) };
    const all = (await pilots([], onQ8)).all.slice(0, 1);
    expect(all.map((o) => o.candidate.quant)).toEqual(['q8_0']);
    expect(unpilotedArms(all, onQ8)).toEqual([
      expect.objectContaining({ axis: 'budget', value: 'llama-cpp q4_0', configurations: 2 }),
    ]);
    expect(unpilotedArms((await pilots()).all, plan)).toEqual([]);
  });

  it('does not repeat those of a run that goes on', async () => {
    const first = (await pilots()).all[0]!;
    const { all, stored } = await pilots([first]);
    expect(stored.map((o) => [o.trial, o.candidate.quant])).toEqual([
      [1, 'q8_0'],
      [2, 'q4_0'],
    ]);
    expect(all).toHaveLength(3);
  });
});

it('an engine that cannot run few threads is not given up', () => {
  const failed = sampleOutcome({ block: 1, status: 'crashed', metrics: null });
  expect(failedArms([sampleOutcome(), failed], plan)).toEqual([]);
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
