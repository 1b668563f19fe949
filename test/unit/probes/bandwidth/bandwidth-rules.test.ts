import { describe, expect, it } from 'vitest';
import type { BandwidthPoint } from '../../../../src/core/machine.js';
import { disturbances, interferenceBetween, kneeOf } from '../../../../src/probes/bandwidth/judge.js';
import { readSize, spreadCpus, threadCounts } from '../../../../src/probes/bandwidth/placement.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';

const quiet = { onCpuShare: 0.99, stealShare: 0, throttledPeriods: 0, spread: 1.02 };
const point = (threads: number, gigabytes: number, isContended = false): BandwidthPoint => ({
  threads,
  cpus: null,
  bestBytesPerSecond: gigabytes * 1e9,
  medianBytesPerSecond: gigabytes * 1e9,
  passes: 5,
  isContended,
  reasons: isContended ? ['disturbed'] : [],
  attempts: 1,
  ...quiet,
});

describe('what disturbs a reading', () => {
  it('is nothing on a quiet machine, nor what cannot be known', () => {
    expect(disturbances(quiet)).toEqual([]);
    expect(disturbances({ ...quiet, onCpuShare: null, stealShare: null, throttledPeriods: null })).toEqual([]);
  });

  it.each([
    [{ onCpuShare: 0.94 }, 'had a CPU for only 94.0 %'],
    [{ stealShare: 0.021 }, 'the hypervisor took 2.1 %'],
    [{ throttledPeriods: 1 }, 'quota stopped the threads 1 times'],
    [{ spread: 1.16 }, 'best pass was 1.16 times'],
  ])('%j', (change, words) => expect(disturbances({ ...quiet, ...change }).join()).toContain(words));

  it('is taken from counters before and after', () => {
    const before = { ticks: { totalTicks: 1000, stealTicks: 10 }, periods: 3 };
    const after = { ticks: { totalTicks: 1200, stealTicks: 20 }, periods: 5 };
    expect(interferenceBetween(before, after)).toEqual({ stealShare: 0.05, throttledPeriods: 2 });
    expect(interferenceBetween({ ticks: undefined, periods: null }, after)).toEqual({
      stealShare: null,
      throttledPeriods: null,
    });
  });
});

describe('knee', () => {
  it('is the fewest threads with 95 % of the maximum', () => {
    expect(kneeOf([point(1, 12), point(2, 20), point(4, 28.6), point(8, 30), point(16, 29)])).toEqual({
      maxBytesPerSecond: 30e9,
      kneeThreads: 4,
    });
  });

  it('is not known while a point is contended, and a contended point is never the maximum', () => {
    expect(kneeOf([point(1, 12), point(2, 20, true)])).toEqual({ maxBytesPerSecond: 12e9, kneeThreads: null });
    expect(kneeOf([point(1, 12, true)])).toEqual({ maxBytesPerSecond: null, kneeThreads: null });
  });
});

describe('placement', () => {
  it('measures every count up to eight and always the last', () => {
    expect(threadCounts(1)).toEqual([1]);
    expect(threadCounts(6)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(threadCounts(64)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 11, 15, 20, 27, 36, 48, 64]);
  });

  it('deals threads out over nodes, then caches, one a core', async () => {
    const { topology } = await probeMachine(memoryHost(generateMachine(readDescription('cloud-epyc-9654'))));
    const order = spreadCpus(topology.cpus);
    const of = (id: number) => topology.cpus.find((cpu) => cpu.id === id)!;
    expect(order).toHaveLength(192);
    expect(order.slice(0, 4).map((id) => of(id).node)).toEqual([0, 1, 2, 3]);
    expect(new Set(order.slice(0, 24).map((id) => of(id).llc)).size).toBe(24);
    expect(new Set(order.map((id) => of(id).core)).size).toBe(192);
  });

  it('takes performance cores first', async () => {
    const { topology } = await probeMachine(memoryHost(generateMachine(readDescription('core-ultra-5-225u'))));
    expect(spreadCpus(topology.cpus)).toEqual([0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('reads four times the caches in use, within a quarter of the memory', async () => {
    const machine = await probeMachine(memoryHost(generateMachine(readDescription('dual-epyc-7763'))));
    const MIB = 1024 ** 2;
    const all = readSize(machine, 128);
    expect(all.bytes / MIB).toBeCloseTo(64, 0);
    expect(all.isLargerThanCache).toBe(true);
    const one = readSize(machine, 1);
    expect(one.bytes / MIB).toBeCloseTo(2048, 0);
    expect(one.bytes % 2048).toBe(0);
    const small = {
      ...machine,
      memory: { ...machine.memory, usableBytes: { ...machine.memory.usableBytes, value: 1024 * MIB } },
    };
    expect(readSize(small, 1).bytes).toBeLessThanOrEqual(256 * MIB);
    expect(readSize(small, 1).isLargerThanCache).toBe(false);
  });
});
