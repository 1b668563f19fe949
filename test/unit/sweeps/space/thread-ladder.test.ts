import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_BINDING } from '../../../../src/core/candidate.js';
import type { Machine } from '../../../../src/core/machine.js';
import { engineDefaultThreads, roomOf, threadLadder } from '../../../../src/sweeps/space/thread-ladder.js';
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

const ladderOf = (shape: Shape, room: { cores: number; cpus: number } = shape): number[] =>
  threadLadder(room, machine(shape));

describe('threadLadder', () => {
  it.each<[string, Shape, number[]]>([
    ['one CPU', { budget: 1, ceiling: 1, cores: 1, cpus: 1 }, [1]],
    ['two CPUs', { budget: 2, ceiling: 2, cores: 2, cpus: 2 }, [1, 2]],
    ['8 cores with SMT', { budget: 8, ceiling: 16, cores: 8, cpus: 16 }, [1, 2, 3, 4, 6, 7, 8, 12, 16]],
    ['a quota of 2.5 CPUs on them', { budget: 2, ceiling: 2, cores: 8, cpus: 16 }, [1, 2]],
    [
      '6 P-cores with SMT and 8 E-cores',
      { budget: 6, ceiling: 20, cores: 14, pCores: 6, cpus: 20 },
      [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 15, 16, 20],
    ],
  ])('%s', (_name, shape, ladder) => expect(ladderOf(shape)).toEqual(ladder));

  it.each([
    ['one socket of two with 96 cores', { cores: 96, cpus: 192 }, [48, 72, 96, 144, 192]],
    ['one of 8 nodes', { cores: 24, cpus: 48 }, [12, 18, 24, 36, 48]],
    ['one core of each of 24 caches', { cores: 24, cpus: 24 }, [12, 18, 24]],
  ])('of a binding to %s holds its own cores and CPUs, half and three quarters of them', (_name, room, meant) => {
    const ladder = ladderOf({ budget: 192, ceiling: 384, cores: 192, cpus: 384 }, room);
    expect(ladder).toEqual(expect.arrayContaining(meant));
    expect(ladder.at(-1)).toBe(room.cpus);
  });

  it('is that of one of several replicas where they share the CPUs', () => {
    const whole = machine({ budget: 8, ceiling: 16, cores: 8, cpus: 16 });
    expect(roomOf(NO_BINDING, 3, whole)).toEqual({ cores: 2, cpus: 5 });
  });

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
        const ladder = ladderOf(s);
        expect(ladder[0]).toBe(1);
        expect(ladder.at(-1)).toBe(s.ceiling);
        expect(ladder).toEqual([...new Set(ladder)].sort((a, b) => a - b));
        expect(ladder).toContain(s.budget);
        expect(ladder.length).toBeLessThanOrEqual(32);
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
