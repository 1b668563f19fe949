import { describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/runs/context.js';
import { qualityOf } from '../../../../src/runs/sweep/quality.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

/** Nothing here may start a process: there is no host to start it with. */
const NO_CONTEXT = {} as Context;

describe('quality', () => {
  it('is not measured of what the machine cannot hold, nor of random weights; each says why', async () => {
    const machine = sampleMachine();
    const large = { ...sampleModel(), weights: 'trained' as const, sizeBytes: 64 * 1024 ** 3 };
    const random = { ...sampleModel(), weights: 'random' as const, quant: 'q8_0' };
    const job = { threads: 1, puzzles: 0, text: null, machine, budgetMs: null };
    const found = await qualityOf(
      [large, random].map((model) => ({ backend: 'llama-cpp' as const, model })),
      job,
      NO_CONTEXT,
    );
    expect(found.map(({ quant, measurable }) => [quant, measurable])).toEqual([
      [large.quant, false],
      ['q8_0', false],
    ]);
    expect(found[0]!.reason).toMatch(/^needs about 64\.\d+ GiB of .* that may be used$/);
    expect(found[1]!.reason).toContain('random');
  });
});
