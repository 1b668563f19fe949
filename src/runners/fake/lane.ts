import { setTimeout as sleep } from 'node:timers/promises';
import type { CostModel } from './cost.js';

/** The one processor of the fake engine: prefill batches one after another, decode steps of one moment together. */
export type Lane = {
  prefill(tokens: number): Promise<void>;
  decode(): Promise<void>;
};

export function createLane(cost: CostModel): Lane {
  const prefills: { tokens: number; done: () => void }[] = [];
  let decodes: (() => void)[] = [];
  let isRunning = false;
  let owedMs = 0;

  /** Timers have whole milliseconds: what was rounded away is owed to the next wait. */
  const wait = async (ms: number) => {
    owedMs += ms;
    const whole = Math.floor(owedMs);
    owedMs -= whole;
    if (whole > 0) await sleep(whole);
  };
  const run = async () => {
    if (isRunning) return;
    isRunning = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (prefills.length > 0 || decodes.length > 0) {
      const batch = decodes;
      decodes = [];
      if (batch.length > 0) await wait(cost.decodeMs(batch.length));
      for (const done of batch) done();
      const prefill = prefills.shift();
      if (prefill) await wait(cost.prefillMs(prefill.tokens));
      prefill?.done();
      await new Promise((resolve) => setImmediate(resolve));
    }
    isRunning = false;
  };
  return {
    prefill: (tokens) =>
      new Promise((done) => {
        prefills.push({ tokens, done });
        void run();
      }),
    decode: () =>
      new Promise((done) => {
        decodes.push(done);
        void run();
      }),
  };
}
