import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import { engineDefaultThreads, threadLadder } from '../../../../src/sweeps/space/thread-ladder.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';

type Shape = { budget: number; ceiling: number; cores: number; pCores?: number; cpus: number };

function machine({ budget, ceiling, cores, pCores = cores, cpus }: Shape): Machine {
  const base = sampleMachine();
  const allowed = { ...base.topology.allowed, cores, pCores, cpus: Array.from({ length: cpus }, (_, i) => i) };
  return {
    ...base,
    limits: { ...base.limits, threadBudget: budget, threadCeiling: ceiling },
    topology: { ...base.topology, allowed },
  };
}

describe('threadLadder', () => {
  it.each<[string, Shape, number[]]>([
    ['one CPU', { budget: 1, ceiling: 1, cores: 1, cpus: 1 }, [1]],
    ['two CPUs', { budget: 2, ceiling: 2, cores: 2, cpus: 2 }, [1, 2]],
    ['8 cores with SMT', { budget: 8, ceiling: 16, cores: 8, cpus: 16 }, [1, 2, 3, 5, 7, 8, 12, 16]],
    ['a quota of 2.5 CPUs on them', { budget: 2, ceiling: 2, cores: 8, cpus: 16 }, [1, 2]],
    [
      '6 P-cores with SMT and 8 E-cores',
      { budget: 6, ceiling: 20, cores: 14, pCores: 6, cpus: 20 },
      [1, 2, 3, 5, 6, 8, 12, 14, 18, 20],
    ],
  ])('%s', (_name, shape, ladder) => expect(threadLadder(machine(shape))).toEqual(ladder));

  it('rises from 1 to what can run at once, never beyond, with few steps', () => {
    const shape = fc
      .record({
        cores: fc.integer({ min: 1, max: 256 }),
        smt: fc.integer({ min: 1, max: 2 }),
        quota: fc.double({ min: 0.05, max: 1, noNaN: true }),
      })
      .map(({ cores, smt, quota }) => {
        const ceiling = Math.max(1, Math.floor(cores * smt * quota));
        return { cores, cpus: cores * smt, ceiling, budget: Math.min(cores, ceiling) };
      });
    fc.assert(
      fc.property(shape, (s) => {
        const ladder = threadLadder(machine(s));
        expect(ladder[0]).toBe(1);
        expect(ladder.at(-1)).toBe(s.ceiling);
        expect(ladder).toEqual([...new Set(ladder)].sort((a, b) => a - b));
        expect(ladder).toContain(s.budget);
        expect(ladder.length).toBeLessThanOrEqual(25);
        for (let i = 1; i < ladder.length; i++)
          expect(ladder[i]!).toBeLessThanOrEqual(Math.max(ladder[i - 1]! + 1, ladder[i - 1]! * 1.5 + 0.5));
      }),
    );
  });
});

describe('engineDefaultThreads', () => {
  it('is the cores of the whole machine, whatever the quota', () => {
    const limited = machine({ budget: 2, ceiling: 2, cores: 4, cpus: 4 });
    expect(engineDefaultThreads(limited)).toBe(8);
  });

  it('counts performance cores alone', () => {
    const base = sampleMachine();
    const kinds: Machine['topology']['kinds'] = [
      { kind: 'performance', cpus: [0, 1, 2, 3], cores: 2, label: 'P-cores' },
      { kind: 'efficiency', cpus: [4, 5, 6, 7], cores: 4, label: 'E-cores' },
    ];
    expect(engineDefaultThreads({ ...base, topology: { ...base.topology, kinds } })).toBe(2);
  });

  it('is 1 where nothing is known', () => {
    const base = sampleMachine();
    const topology = { ...base.topology, kinds: [], machine: { ...base.topology.machine, cores: 0 } };
    expect(engineDefaultThreads({ ...base, topology })).toBe(1);
  });
});
