import { describe, expect, it } from 'vitest';
import { planSchema } from '../../../../src/core/run-result.js';
import { type PlanFlags, preparePlan } from '../../../../src/runs/sweep/prepare.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

const FLAGS: PlanFlags = {
  seed: 1,
  objective: 'workload',
  request: '128+1024',
  effort: 'default',
  environment: 'shared',
  strategy: 'model-race',
};
const prepare = (flags: Partial<PlanFlags> = {}, models = [sampleModel()]) =>
  preparePlan(
    { ...FLAGS, ...flags },
    {
      machine: sampleMachine(),
      modelId: 'synthetic:deepseek-r1-distill-qwen-1.5b',
      arms: models.map((model) => ({ backend: 'llama-cpp' as const, model })),
      excluded: [],
      command: ['sweep'],
      createdAt: '2026-03-01T08:04:00.000Z',
      calibrations: [],
    },
  ).plan;

describe('preparePlan', () => {
  it('is a valid plan that has measured nothing', () => {
    const plan = prepare({ budget: '5m', maxTtft: '800ms', maxRss: '3GiB', minQuality: 0.9 });
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({
      label: 'deepseek-r1-distill-qwen-1.5b',
      budgetMs: 300_000,
      constraints: { maxTtftMs: 800, maxRssBytes: 3 * 1024 ** 3, minQuality: 0.9 },
      contextTokens: 4096,
      expectedTrials: 0,
      searchBudget: null,
    });
  });

  it('draws the seed of its orders, and keeps the prompts; a seed that is given is both', () => {
    const [one, other] = [prepare({ seed: undefined }), prepare({ seed: undefined })];
    expect(one.seed).not.toBe(other.seed);
    expect(one.workloads).toEqual(other.workloads);
    expect(prepare({ seed: 7 })).toMatchObject({ seed: 7, workloads: { full: { seed: 7 } } });
  });

  it('shortens traces to the context of a tiny model', () => {
    const { workloads, contextTokens } = prepare({}, [sampleModel({ contextLength: 512 })]);
    expect(contextTokens).toBe(512);
    expect(workloads.full).toMatchObject({ promptTokens: 368, generateTokens: 128 });
    expect(workloads.short).toMatchObject({ promptTokens: 128, generateTokens: 32 });
  });

  it('shortens traces to the context that was asked for, and fills it with nothing else', () => {
    const { workloads, contextTokens } = prepare({ context: 256 });
    expect(contextTokens).toBe(256);
    expect(workloads.full.promptTokens + workloads.full.generateTokens).toBeLessThanOrEqual(256);
  });

  it('takes the shortest context of all models', () =>
    expect(prepare({}, [sampleModel(), sampleModel({ quant: 'q8_0', contextLength: 1024 })]).contextTokens).toBe(1024));

  it.each<[Partial<PlanFlags>, RegExp]>([
    [{ budget: '5' }, /"5" is not a duration/],
    [{ maxTtft: 'soon' }, /"soon" is not a duration/],
    [{ maxRss: 'lots' }, /"lots" is not a size/],
    [{ request: '1' }, /--request/],
    [{ context: 20 }, /--context/],
    [{ threads: ['0'] }, /--threads/],
  ])('%j is refused', (flags, message) =>
    expect(() => prepare(flags)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    ),
  );
});
