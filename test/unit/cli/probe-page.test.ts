import { describe, expect, it } from 'vitest';
import { probePage } from '../../../src/cli/probe-page.js';
import type { Bandwidth, Machine } from '../../../src/core/machine.js';
import { memoryHost } from '../../../src/probes/host/memory.js';
import { probeMachine } from '../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../helpers/machines/generated.js';
import { overlay } from '../../helpers/machines/overlay.js';

const machineOf = (name: string, changes: Record<string, string> = {}): Promise<Machine> =>
  probeMachine(overlay(memoryHost(generateMachine(readDescription(name))), changes));
const page = (machine: Machine, hasColor = false) => probePage(machine, { hasColor });

const measured: Bandwidth = {
  kernel: 'WebAssembly SIMD read, 8 streams a thread (not STREAM)',
  streams: 8,
  bytesPerThread: 64 * 1024 ** 2,
  isLargerThanCache: true,
  isPinned: true,
  points: [1, 2].map((threads) => ({
    ...{ threads, cpus: '0', passes: 5, spread: 1, onCpuShare: 0.99, stealShare: 0, throttledPeriods: 0 },
    ...{
      bestBytesPerSecond: threads * 15e9,
      medianBytesPerSecond: threads * 15e9,
      isContended: false,
      reasons: [],
      attempts: 1,
    },
  })),
  maxBytesPerSecond: 30e9,
  kneeThreads: 2,
  isContended: false,
  perNode: [],
  notes: [],
  durationMs: 1000,
};

describe('the page of a machine', () => {
  it('draws cores with their threads, kinds apart, and marks what is not allowed', async () => {
    const text = page(await machineOf('core-ultra-5-225u', { '/proc/self/status': 'Cpus_allowed_list: 0-5' }));
    expect(text).toContain('L3 12.0 MiB  [0 1] [2 3] (4) (5) (·) (·) (·) (·) (··) (··)');
    expect(text).toContain('no shared cache  (··) (··)');
    expect(text).toContain('( ) efficiency core  · not allowed here');
  });

  it('draws a large machine with one block a core and its CPU list', async () => {
    const text = page(await machineOf('cloud-epyc-9654'));
    expect(text).toContain('L3 32.0 MiB  ████████  0-15');
    expect(text.split('\n').every((line) => line.length <= 140)).toBe(true);
  });

  it('shows nodes without CPUs', async () => {
    expect(page(await machineOf('xeon-cxl'))).toContain('nodes 2-3 · 128 GiB each  no CPUs');
  });

  it('says why the budget is what it is, and what hurts', async () => {
    const text = page(
      await machineOf('dual-epyc-7763', {
        '/sys/fs/cgroup/cgroup.controllers': '',
        '/sys/fs/cgroup/cpu.max': '250000 100000',
      }),
    );
    expect(text).toContain('2 by default');
    expect(text).toContain('because the CPU quota of 2.5 (/sys/fs/cgroup/cpu.max) is rounded down to 2');
    expect(text).toContain('✖ A CPU quota of 2.5 CPUs lies below the 128 CPUs that programs see here.');
  });

  it('prints unknown facts as such', async () => {
    const text = page(await machineOf('cloud-epyc-9654'));
    expect(text).toMatch(/governor +hidden by the VM/);
    expect(text).toMatch(/swappiness +unknown/);
  });

  it('shows bandwidth with the knee, and what it lets models reach', async () => {
    const machine = { ...(await machineOf('graviton-3')), bandwidth: measured };
    const text = page(machine);
    expect(text).toContain('2 threads reach 95 % of the maximum');
    expect(text).toMatch(/deepseek-r1-distill-qwen-1\.5b +34\.6/);
    const contended = {
      ...measured,
      kneeThreads: null,
      isContended: true,
      points: [{ ...measured.points[0]!, isContended: true, reasons: ['a neighbour'] }, measured.points[1]!],
    };
    expect(page({ ...machine, bandwidth: contended })).toContain('contended: a neighbour');
  });

  it('says what does not fit into memory', async () => {
    const machine = await machineOf('core-ultra-5-225u');
    expect(page({ ...machine, bandwidth: measured })).toMatch(/qwen-32b .*no room/);
  });

  it('uses colours only when asked, and aligns the same with them', async () => {
    const machine = await machineOf('graviton-3');
    const colored = page(machine, true);
    const ESC = String.fromCharCode(27);
    expect(page(machine)).not.toContain(ESC);
    expect(colored).toContain(ESC);
    expect(colored.replaceAll(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(page(machine));
  });
});
