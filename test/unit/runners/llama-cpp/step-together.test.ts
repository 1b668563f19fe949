import { describe, expect, it } from 'vitest';
import { createStepTogether } from '../../../../src/runners/llama-cpp/binding/step-together.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** An engine whose batch is what has come when it begins, and takes 5 ms. */
function batchingEngine() {
  const batches: string[][] = [];
  let next: { name: string; done: () => void }[] = [];
  let isBusy = false;
  const run = async () => {
    isBusy = true;
    while (next.length > 0) {
      const batch = next.splice(0);
      batches.push(batch.map(({ name }) => name));
      await pause(5);
      for (const { done } of batch) done();
    }
    isBusy = false;
  };
  const step = (name: string) =>
    new Promise<void>((done) => {
      next = [...next, { name, done }];
      if (!isBusy) setImmediate(() => !isBusy && void run());
    });
  return { step, batches };
}

describe('steps of several sequences', () => {
  it('fall in step though they began at different times, and go on when one ends', async () => {
    const together = createStepTogether();
    const { step, batches } = batchingEngine();
    const sequence = async (id: number, name: string, delayMs: number, steps: number) => {
      await pause(delayMs);
      for (let i = 0; i < steps; i++) await together(id, () => step(name));
    };
    await Promise.all([sequence(0, 'a', 0, 20), sequence(1, 'b', 7, 20), sequence(2, 'c', 13, 10)]);
    expect(batches.flat()).toHaveLength(50);
    // Once all have begun no batch holds fewer than those that still run.
    const all = batches.findIndex((batch) => batch.length === 3);
    expect(all).toBeLessThan(6);
    expect(batches.slice(all, all + 9).every((batch) => batch.length === 3)).toBe(true);
    expect(batches.length).toBeLessThan(28);
  });

  it('begin in the order of their numbers, however they came: falling numbers cost a pass each', async () => {
    const together = createStepTogether();
    const { step, batches } = batchingEngine();
    await Promise.all(['d', 'b', 'c', 'a'].map((name) => together(name.charCodeAt(0), () => step(name))));
    expect(batches).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('a step that fails holds nobody up', async () => {
    const together = createStepTogether();
    const failing = together(0, () => Promise.reject(new Error('broken')));
    const other = together(1, async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    expect(await other).toBe('done');
    expect(await together(0, async () => 'again')).toBe('again');
  });
});
