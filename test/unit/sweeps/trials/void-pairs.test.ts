import { describe, expect, it } from 'vitest';
import { mayRepeat, type Signals, signalsOf, voidReasons } from '../../../../src/sweeps/trials/void-pairs.js';

const sentinel = (memoryOneMs: number, computeMs = 100) => ({ memoryOneMs, memoryAllMs: 40, computeMs });
const calm = (i: number): Signals => ({
  sentinels: { before: sentinel(150 + (i % 3) * 0.5), after: sentinel(150 + (i % 2) * 0.5) },
  stealShare: 0.001 * (i % 3),
});
const run = Array.from({ length: 20 }, (_, i) => calm(i));
const reasonsFor = (trial: Signals, others = run): string[] =>
  voidReasons([calm(0), trial], [...others, calm(0), trial]);

describe('voidReasons', () => {
  it('lets a calm block count', () => {
    expect(reasonsFor(calm(1))).toEqual([]);
  });

  it('voids on a sentinel that is slower, before or after the trial', () => {
    for (const sentinels of [
      { before: sentinel(170), after: sentinel(150) },
      { before: sentinel(150), after: sentinel(170) },
    ])
      expect(reasonsFor({ sentinels, stealShare: 0 })).toEqual([expect.stringContaining('memory sentinel')]);
  });

  it('does not take a faster machine for a disturbance', () => {
    expect(reasonsFor({ sentinels: { before: sentinel(100), after: sentinel(120) }, stealShare: 0 })).toEqual([]);
  });

  it('voids on the compute sentinel too', () => {
    const sentinels = { before: sentinel(150, 117), after: sentinel(150) };
    expect(reasonsFor({ sentinels, stealShare: 0 })[0]).toContain('compute sentinel slower than its median by 17.0 %');
  });

  it('wants more than 10 % and more than 5 MAD', () => {
    expect(reasonsFor({ sentinels: { before: sentinel(163), after: sentinel(150) }, stealShare: 0 })).toEqual([]);
    const restless = Array.from({ length: 20 }, (_, i) => ({
      sentinels: { before: sentinel(140 + i), after: sentinel(160 - i) },
      stealShare: 0,
    }));
    expect(reasonsFor({ sentinels: { before: sentinel(170), after: sentinel(150) }, stealShare: 0 }, restless)).toEqual(
      [],
    );
  });

  it('voids on steal above what this machine always has', () => {
    expect(reasonsFor({ ...calm(0), stealShare: 0.05 })[0]).toContain('hypervisor');
    const alwaysStolen = run.map((trial) => ({ ...trial, stealShare: 0.05 }));
    expect(reasonsFor({ ...calm(0), stealShare: 0.05 }, alwaysStolen)).toEqual([]);
  });

  it('repeats a pair for one disturbed trial, and a large block only for more than a tenth of it', () => {
    const stolen = { ...calm(0), stealShare: 0.05 };
    const block = (size: number, disturbed: number): Signals[] =>
      Array.from({ length: size }, (_, i) => (i < disturbed ? stolen : calm(i)));
    const reasons = (size: number, disturbed: number) => voidReasons(block(size, disturbed), [...run, ...run]).length;
    expect([reasons(2, 1), reasons(9, 1), reasons(10, 1), reasons(108, 10), reasons(108, 11)]).toEqual([
      1, 1, 0, 0, 11,
    ]);
  });

  it('says nothing without sensors or with too few readings', () => {
    expect(reasonsFor({ sentinels: null, stealShare: null })).toEqual([]);
    expect(reasonsFor({ sentinels: { before: sentinel(300), after: sentinel(300) }, stealShare: 0.9 }, [])).toEqual([]);
  });

  it('names each disturbed trial of the block', () => {
    const odd = { sentinels: { before: sentinel(200), after: sentinel(150) }, stealShare: 0.3 };
    expect(voidReasons([odd, odd], [...run, odd, odd])).toHaveLength(2);
  });
});

it('repeats end at half of what was planned', () => {
  expect([0, 4, 5].map((repeats) => mayRepeat(10, repeats))).toEqual([true, true, false]);
});

it('signals are read off an outcome, with or without resources', () => {
  expect(signalsOf({ sentinels: null, resources: null })).toEqual({ sentinels: null, stealShare: null });
});
