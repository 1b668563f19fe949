import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import type { Measurement, Sentinel } from '../../../../src/core/outcome.js';
import { watchWithSentinels } from '../../../../src/runs/experiment/watch.js';

/** Trials of so many ms on a clock of their own, with a number for each reading. */
async function watched(trials: { ms: number; isLast: boolean; pauseMs?: number }[]) {
  let now = 0;
  let readings = 0;
  const clock = { now: () => now, monotonicMs: () => now, sleep: async () => {} };
  const read = async (): Promise<Sentinel> => {
    now += 500;
    return { memoryOneMs: ++readings, memoryAllMs: null, computeMs: 1 };
  };
  const watch = watchWithSentinels({} as Machine, clock, new AbortController().signal, read);
  const seen: (string | null)[] = [];
  for (const { ms, isLast, pauseMs = 0 } of trials) {
    now += pauseMs;
    const { sentinels } = await watch({ isLast }, async () => {
      now += ms;
      return {} as Measurement;
    });
    seen.push(sentinels && `${sentinels.before.memoryOneMs}-${sentinels.after?.memoryOneMs ?? ''}`);
  }
  return { seen, readings };
}

const first = (ms: number) => ({ ms, isLast: false });
const last = (ms: number) => ({ ms, isLast: true });

describe('sentinel readings', () => {
  it('are around each long trial, and one between two serves both', async () =>
    expect((await watched([first(10_000), last(10_000)])).seen).toEqual(['1-2', '2-3']));

  it('are around a pair of short trials, not between them', async () =>
    expect((await watched([first(1200), last(1200), first(1200), last(1200)])).seen).toEqual([
      '1-',
      '1-2',
      '2-',
      '2-3',
    ]));

  it('are made anew after a pause', async () =>
    expect((await watched([first(1200), last(1200), { ...first(1200), pauseMs: 5000 }, last(1200)])).seen).toEqual([
      '1-',
      '1-2',
      '3-',
      '3-4',
    ]));
});
