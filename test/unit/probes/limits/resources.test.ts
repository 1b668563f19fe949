import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

const GIB = 1024 ** 3;
const base = memoryHost(generateMachine(readDescription('dual-epyc-7763')));
const UNIFIED = {
  '/proc/self/cgroup': '0::/pod/own',
  '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
};
const group = '/sys/fs/cgroup/pod';
const limitsFile = (...lines: string[]) => ({
  '/proc/self/limits': ['Limit   Soft Limit   Hard Limit   Units', ...lines].join('\n'),
});
const probed = (files: Record<string, string>): Promise<Machine> => probeMachine(overlay(base, files));
const ids = (machine: Machine) => machine.advice.map((item) => item.id);

describe('limits other than CPUs and memory', () => {
  it('takes the tasks that may still start from the tightest group, and bounds the threads by them', async () => {
    const machine = await probed({
      ...UNIFIED,
      ...{ [`${group}/pids.max`]: '64', [`${group}/pids.current`]: '20', [`${group}/own/pids.max`]: 'max' },
      ...limitsFile('Max processes   1000   1000   processes'),
    });
    expect(machine.limits.resources!.startableTasks).toMatchObject({ value: 44, source: `${group}/pids.max` });
    expect(machine.limits.threadBudget).toBe(28);
    expect(machine.limits.threadCeiling).toBe(28);
    expect(machine.limits.reasons.join()).toContain('only 44 more threads may start');
    expect(ids(machine)).toContain('threads-limit');
  });

  it('takes the limit of the user where no group has one, and not for root', async () => {
    const files = limitsFile('Max processes   50   50   processes');
    expect((await probed(files)).limits.resources!.startableTasks.value).toBe(50);
    const asRoot = await probed({ ...files, '/proc/self/status': 'Uid:\t0\t0\t0\t0' });
    expect(asRoot.limits.resources!.startableTasks.value).toBe(-1);
    expect(asRoot.limits.threadBudget).toBe(128);
  });

  it('bounds memory by the address space, and says so', async () => {
    const machine = await probed(limitsFile(`Max address space   ${8 * GIB}   unlimited   bytes`));
    expect(machine.memory.limitBytes).toMatchObject({ value: 8 * GIB, source: '/proc/self/limits Max address space' });
    expect(machine.memory.usableBytes.value).toBe(8 * GIB);
    expect(ids(machine)).toContain('address-space-limited');
  });

  it('reads the least rate of both versions of the controller', async () => {
    const v2 = await probed({
      ...UNIFIED,
      [`${group}/io.max`]: '8:0 rbps=max wbps=1000 riops=max wiops=max\n8:16 rbps=52428800 wbps=max',
      [`${group}/own/io.max`]: '8:16 rbps=104857600 wbps=max riops=max wiops=max',
    });
    expect(v2.limits.resources!.readBytesPerSecond.value).toBe(52428800);
    expect(ids(v2)).toContain('reads-limited');
    const v1 = await probed({
      '/proc/self/cgroup': '4:blkio:/pod',
      '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio',
      '/sys/fs/cgroup/blkio/pod/blkio.throttle.read_bps_device': '8:16 1048576',
    });
    expect(v1.limits.resources!.readBytesPerSecond.value).toBe(1048576);
  });

  it('a root without the capability is bound in what it locks (Docker)', async () => {
    const files = limitsFile('Max locked memory   65536   65536   bytes');
    const locked = async (status: string) =>
      (await probed({ ...files, '/proc/self/status': status })).limits.resources!.lockedBytes.value;
    expect(await locked('Uid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb')).toBe(65536);
    expect(await locked('Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff')).toBe(-1);
  });

  it('knows locked memory, data and files', async () => {
    const { resources } = (
      await probed(
        limitsFile(
          'Max locked memory   8388608   8388608   bytes',
          'Max data size   unlimited   unlimited   bytes',
          'Max open files   128   4096   files',
        ),
      )
    ).limits;
    expect(resources!.lockedBytes.value).toBe(8388608);
    expect(resources!.dataBytes.value).toBe(-1);
    expect(resources!.openFiles.value).toBe(128);
  });
});

describe('the thread budget with several kinds of cores', () => {
  const cores = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  const hybrid = (vendor: string, kinds: { p: number; e: number; pMHz: number; eMHz: number }) => {
    const ids = cores(0, kinds.p + kinds.e);
    const files: Record<string, string> = {
      '/proc/cpuinfo': ids.map((id) => `processor: ${id}\nvendor_id: ${vendor}\nflags: lm avx2`).join('\n\n'),
      '/sys/devices/cpu_core/cpus': `0-${kinds.p - 1}`,
      '/sys/devices/cpu_atom/cpus': `${kinds.p}-${kinds.p + kinds.e - 1}`,
    };
    for (const id of ids) {
      files[`/sys/devices/system/cpu/cpu${id}/topology/core_cpus_list`] = String(id);
      files[`/sys/devices/system/cpu/cpu${id}/cpufreq/cpuinfo_max_freq`] = String(
        1000 * (id < kinds.p ? kinds.pMHz : kinds.eMHz),
      );
    }
    return probeMachine(memoryHost({ arch: 'x64', files }));
  };

  it.each([
    ['2 P + 8 E', 'GenuineIntel', { p: 2, e: 8, pMHz: 5000, eMHz: 3700 }, 10],
    ['6 P + 8 E', 'GenuineIntel', { p: 6, e: 8, pMHz: 4800, eMHz: 3800 }, 6],
    ['4 P + 16 E, which hold most of the capacity', 'GenuineIntel', { p: 4, e: 16, pMHz: 4500, eMHz: 3700 }, 20],
    ['4 cores + 8 compact ones of one instruction set', 'AuthenticAMD', { p: 4, e: 8, pMHz: 5100, eMHz: 3300 }, 12],
  ])('%s', async (_name, vendor, kinds, budget) => {
    expect((await hybrid(vendor, kinds)).limits.threadBudget).toBe(budget);
  });
});
