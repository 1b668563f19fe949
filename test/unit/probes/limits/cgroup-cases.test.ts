import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, type MachineDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

/** Eight cores with two threads each (siblings n and n+8), 32 GiB. */
const DESKTOP: MachineDescription = {
  about: 'eight cores with SMT',
  arch: 'x64',
  cpuinfo: { vendor_id: 'GenuineIntel', flags: 'fpu lm avx avx2 fma f16c' },
  numbering: 'cores-first',
  packages: [{ nodes: [{ memoryGiB: 32, caches: [{ l3KiB: 16384, groups: [{ cores: 8, threads: 2 }] }] }] }],
};
const BASE = memoryHost(generateMachine(DESKTOP));
const GIB = 1024 ** 3;

const V2_MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
const v1Mount = (name: string, options: string, root = '/') =>
  `35 31 0:29 ${root} /sys/fs/cgroup/${name} rw,relatime shared:9 - cgroup cgroup rw,${options}`;

const v2 = (path: string, files: Record<string, string>, mount = V2_MOUNT): Record<string, string> => ({
  '/proc/self/cgroup': `0::${path}`,
  '/proc/self/mountinfo': mount,
  ...files,
});

async function probed(changes: Record<string, string | null>): Promise<Machine> {
  return probeMachine(overlay(BASE, changes));
}

describe('CPU quota', () => {
  type Case = {
    name: string;
    files: Record<string, string>;
    quota: number | null;
    budget: number;
    ceiling: number;
    source?: string;
  };
  const none = { quota: null, budget: 8, ceiling: 16 };
  const cases: Case[] = [
    { name: 'no cgroup at all', files: {}, ...none },
    { name: 'v2 without a limit', files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': 'max 100000' }), ...none },
    {
      name: 'v2 of 1.5 CPUs is kept as a fraction and rounded down',
      files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '150000 100000' }),
      quota: 1.5,
      budget: 1,
      ceiling: 1,
    },
    {
      name: 'v2 of half a CPU still gives one thread',
      files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '50000 100000' }),
      quota: 0.5,
      budget: 1,
      ceiling: 1,
    },
    {
      name: 'v2 of 4 CPUs with a short period',
      files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '40000 10000' }),
      quota: 4,
      budget: 4,
      ceiling: 4,
    },
    {
      name: 'v2 with the period left out',
      files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '300000' }),
      quota: 3,
      budget: 3,
      ceiling: 3,
    },
    {
      name: 'v2 above the cores but below the CPUs',
      files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '1250000 100000' }),
      quota: 12.5,
      budget: 8,
      ceiling: 12,
    },
    {
      name: 'the parent is tighter than the child',
      files: v2('/pod/app', {
        '/sys/fs/cgroup/pod/cpu.max': '200000 100000',
        '/sys/fs/cgroup/pod/app/cpu.max': '600000 100000',
      }),
      quota: 2,
      budget: 2,
      ceiling: 2,
      source: '/sys/fs/cgroup/pod/cpu.max',
    },
    {
      name: 'the child is tighter than the parent',
      files: v2('/pod/app', {
        '/sys/fs/cgroup/pod/cpu.max': '600000 100000',
        '/sys/fs/cgroup/pod/app/cpu.max': '200000 100000',
      }),
      quota: 2,
      budget: 2,
      ceiling: 2,
      source: '/sys/fs/cgroup/pod/app/cpu.max',
    },
    {
      name: 'the middle of three levels is the tightest',
      files: v2('/a/b/c', {
        '/sys/fs/cgroup/a/cpu.max': '500000 100000',
        '/sys/fs/cgroup/a/b/cpu.max': '300000 100000',
        '/sys/fs/cgroup/a/b/c/cpu.max': 'max 100000',
      }),
      quota: 3,
      budget: 3,
      ceiling: 3,
    },
    {
      name: 'the leaf has no file',
      files: v2('/pod/app', { '/sys/fs/cgroup/pod/cpu.max': '200000 100000' }),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'a private cgroup namespace',
      files: v2('/', { '/sys/fs/cgroup/cpu.max': '200000 100000' }),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'a path that does not lie under the mounted root (pods without a cgroup namespace)',
      files: v2(
        '/kubepods/pod1/abc',
        { '/sys/fs/cgroup/cpu.max': '200000 100000' },
        V2_MOUNT.replace(' / /sys', ' /other/root /sys'),
      ),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'a mounted root that is part of the path',
      files: v2(
        '/docker/abc/inner',
        { '/sys/fs/cgroup/inner/cpu.max': '200000 100000' },
        V2_MOUNT.replace(' / /sys', ' /docker/abc /sys'),
      ),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'a path that climbs out of the namespace',
      files: v2('/../other', { '/sys/fs/other/cpu.max': '100000 100000', '/sys/fs/cgroup/cpu.max': '200000 100000' }),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'dashes and escaped spaces in paths',
      files: v2(
        '/my - group',
        { '/my cgroups/my - group/cpu.max': '200000 100000' },
        '30 23 0:26 / /my\\040cgroups rw - cgroup2 cgroup2 rw',
      ),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'cgroup2 mounted elsewhere',
      files: v2(
        '/job',
        { '/cgroup/unified/job/cpu.max': '200000 100000' },
        '40 1 0:30 / /cgroup/unified rw - cgroup2 none rw',
      ),
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'a v2 host with a v1 line for another controller',
      files: {
        ...v2('/a', { '/sys/fs/cgroup/a/cpu.max': '200000 100000' }),
        '/proc/self/cgroup': '1:net_cls:/\n0::/a',
      },
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'v1 without a limit',
      files: {
        '/proc/self/cgroup': '4:cpu,cpuacct:/a',
        '/proc/self/mountinfo': v1Mount('cpu,cpuacct', 'cpu,cpuacct'),
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '-1',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000',
      },
      ...none,
    },
    {
      name: 'v1 with a limit at the parent',
      files: {
        '/proc/self/cgroup': '4:cpu,cpuacct:/a/b',
        '/proc/self/mountinfo': v1Mount('cpu,cpuacct', 'cpu,cpuacct'),
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '250000',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000',
        '/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us': '-1',
      },
      quota: 2.5,
      budget: 2,
      ceiling: 2,
      source: '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us',
    },
    {
      name: 'v1 with cpuacct named first',
      files: {
        '/proc/self/cgroup': '4:cpuacct,cpu:/a',
        '/proc/self/mountinfo': v1Mount('cpuacct,cpu', 'cpuacct,cpu'),
        '/sys/fs/cgroup/cpuacct,cpu/a/cpu.cfs_quota_us': '200000',
        '/sys/fs/cgroup/cpuacct,cpu/a/cpu.cfs_period_us': '100000',
      },
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'v1 with separate mounts, and a v2 line that says nothing',
      files: {
        '/proc/self/cgroup': '2:cpuacct:/x\n1:cpu:/a\n0::/',
        '/proc/self/mountinfo': [
          v1Mount('cpuacct', 'cpuacct'),
          v1Mount('cpu', 'cpu'),
          V2_MOUNT.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified'),
        ].join('\n'),
        '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '200000',
        '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000',
      },
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'v1 in a container: the mounted root is the group itself',
      files: {
        '/proc/self/cgroup': '4:cpu,cpuacct:/docker/abc',
        '/proc/self/mountinfo': v1Mount('cpu,cpuacct', 'cpu,cpuacct', '/docker/abc'),
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
      },
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    {
      name: 'nothing but the conventional folder',
      files: { '/sys/fs/cgroup/cgroup.controllers': 'cpu memory', '/sys/fs/cgroup/cpu.max': '200000 100000' },
      quota: 2,
      budget: 2,
      ceiling: 2,
    },
    { name: 'nonsense in the file', files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': 'garbage' }), ...none },
    { name: 'a quota of zero', files: v2('/a', { '/sys/fs/cgroup/a/cpu.max': '0 100000' }), ...none },
  ];
  it.each(cases)('$name', async ({ files, quota, budget, ceiling, source }) => {
    const { limits } = await probed(files);
    expect({ quota: limits.quotaCpus, budget: limits.threadBudget, ceiling: limits.threadCeiling }).toEqual({
      quota,
      budget,
      ceiling,
    });
    const input = limits.inputs.find((entry) => entry.name === 'CPU quota');
    expect(input?.cpus).toBe(quota);
    if (source) expect(input?.source).toBe(source);
    expect(limits.reasons.length).toBeGreaterThan(0);
  });

  it('explains a quota in words and advises on it', async () => {
    const { limits, advice } = await probed(
      v2('/a', {
        '/sys/fs/cgroup/a/cpu.max': '150000 100000',
        '/sys/fs/cgroup/a/cpu.stat': 'usage_usec 9\nnr_periods 40\nnr_throttled 12\nthrottled_usec 3400',
      }),
    );
    expect(limits.reasons.at(-1)).toBe('the CPU quota of 1.5 (/sys/fs/cgroup/a/cpu.max) is rounded down to 1');
    expect(advice.map((item) => item.id)).toEqual(
      expect.arrayContaining(['quota-below-cpus', 'quota-fractional', 'quota-throttled']),
    );
    expect(limits).toMatchObject({
      isThrottled: { value: true },
      throttledPeriods: { value: 12 },
      throttledUs: { value: 3400 },
    });
  });

  it('counts throttling of v1 in nanoseconds', async () => {
    const { limits } = await probed({
      '/proc/self/cgroup': '1:cpu:/a',
      '/proc/self/mountinfo': v1Mount('cpu', 'cpu'),
      '/sys/fs/cgroup/cpu/a/cpu.stat': 'nr_periods 4\nnr_throttled 2\nthrottled_time 5000000',
    });
    expect(limits.throttledUs.value).toBe(5000);
  });
});

describe('cpuset and affinity', () => {
  it('counts cores, not CPUs, when a cpuset covers sibling pairs', async () => {
    const { topology, limits } = await probed(
      v2('/a', {
        '/sys/fs/cgroup/a/cpuset.cpus.effective': '0-3,8-11',
        '/proc/self/status': 'Cpus_allowed_list:\t0-3,8-11',
      }),
    );
    expect({ cpus: topology.allowed.cpus.length, cores: topology.allowed.cores }).toEqual({ cpus: 8, cores: 4 });
    expect({ budget: limits.threadBudget, ceiling: limits.threadCeiling }).toEqual({ budget: 4, ceiling: 8 });
  });

  it('counts both threads of one core as one core each way', async () => {
    const { limits } = await probed({ '/proc/self/status': 'Cpus_allowed_list:\t3,11' });
    expect({ budget: limits.threadBudget, ceiling: limits.threadCeiling }).toEqual({ budget: 1, ceiling: 2 });
  });

  it('takes the cpuset of the nearest level that has one, where no status was recorded', async () => {
    const { topology } = await probed(
      v2('/a/b', { '/sys/fs/cgroup/a/cpuset.cpus.effective': '4-5', '/sys/fs/cgroup/cpuset.cpus.effective': '0-15' }),
    );
    expect(topology.allowed.cpus).toEqual([4, 5]);
    expect(topology.allowed.source).toBe('/sys/fs/cgroup/a/cpuset.cpus.effective');
  });

  it('reads a v1 cpuset mounted without prefix', async () => {
    const { topology } = await probed({
      '/proc/self/cpuset': '/prout',
      '/proc/mounts': 'cpuset /dev/cpuset cgroup rw,relatime,cpuset,noprefix 0 0',
      '/dev/cpuset/prout/cpus': '2-3',
      '/dev/cpuset/prout/mems': '0',
    });
    expect(topology.allowed.cpus).toEqual([2, 3]);
  });

  it('is not misled by an affinity mask that holds CPUs which are only possible', async () => {
    const { topology } = await probed({ '/proc/self/status': 'Cpus_allowed_list:\t0-127' });
    expect(topology.machine.cpus).toBe(16);
    expect(topology.allowed.cpus).toHaveLength(16);
  });

  it('trusts the kernel where LXCFS renumbers the CPUs of a container', async () => {
    const { topology, limits } = await probed({
      '/sys/devices/system/cpu/online': '0-1',
      '/proc/self/status': 'Cpus_allowed_list:\t6,14',
    });
    expect(topology.machine).toMatchObject({ cpus: 16, cores: 8 });
    expect(topology.allowed.cpus).toEqual([6, 14]);
    expect(limits.threadBudget).toBe(1);
    expect(topology.notes.join()).toContain('LXCFS');
  });

  it('trusts it too when the renumbered list overlaps what is allowed', async () => {
    const { topology } = await probed({
      '/sys/devices/system/cpu/online': '0-1',
      '/proc/self/status': 'Cpus_allowed_list:\t0,14',
    });
    expect(topology.allowed.cpus).toEqual([0, 14]);
  });

  it('does not take an offline CPU for one that LXCFS hides', async () => {
    const { topology } = await probed({
      '/sys/devices/system/cpu/online': '0-14',
      '/sys/devices/system/cpu/cpu15/online': '0',
      '/proc/self/status': 'Cpus_allowed_list:\t0-15',
    });
    expect(topology.machine.cpus).toBe(15);
    expect(topology.allowed.cpus).not.toContain(15);
  });

  it('takes a quota and a cpuset together', async () => {
    const { limits } = await probed(
      v2('/a', { '/sys/fs/cgroup/a/cpu.max': '300000 100000', '/proc/self/status': 'Cpus_allowed_list:\t0-7' }),
    );
    expect({ budget: limits.threadBudget, ceiling: limits.threadCeiling }).toEqual({ budget: 3, ceiling: 3 });
  });
});

describe('memory limits', () => {
  it('takes memory.max of the parent', async () => {
    const { memory } = await probed(
      v2('/pod/app', { '/sys/fs/cgroup/pod/memory.max': `${4 * GIB}`, '/sys/fs/cgroup/pod/app/memory.max': 'max' }),
    );
    expect(memory.limitBytes).toMatchObject({ value: 4 * GIB, source: '/sys/fs/cgroup/pod/memory.max' });
    expect(memory.totalBytes.value).toBe(32 * GIB);
  });

  it('counts memory.high as a limit: above it the kernel slows the group', async () => {
    const { memory } = await probed(
      v2('/a', { '/sys/fs/cgroup/a/memory.max': `${8 * GIB}`, '/sys/fs/cgroup/a/memory.high': `${6 * GIB}` }),
    );
    expect(memory.limitBytes.value).toBe(6 * GIB);
  });

  it('leaves room for what is used, not for cache that can be dropped', async () => {
    const { memory } = await probed(
      v2('/a', {
        '/sys/fs/cgroup/a/memory.max': `${8 * GIB}`,
        '/sys/fs/cgroup/a/memory.current': `${7 * GIB}`,
        '/sys/fs/cgroup/a/memory.stat': `anon 1\ninactive_file ${5 * GIB}`,
      }),
    );
    expect(memory.usableBytes.value).toBe(6 * GIB);
  });

  it('finds the level with the least room, which need not be the one with the least limit', async () => {
    const { memory } = await probed(
      v2('/pod/app', {
        '/sys/fs/cgroup/pod/memory.max': `${16 * GIB}`,
        '/sys/fs/cgroup/pod/memory.current': `${15 * GIB}`,
        '/sys/fs/cgroup/pod/app/memory.max': `${8 * GIB}`,
        '/sys/fs/cgroup/pod/app/memory.current': `${1 * GIB}`,
      }),
    );
    expect(memory.limitBytes.value).toBe(8 * GIB);
    expect(memory.usableBytes.value).toBe(1 * GIB);
  });

  it('knows how v1 writes "no limit"', async () => {
    const { memory } = await probed({
      '/proc/self/cgroup': '4:memory:/a',
      '/proc/self/mountinfo': v1Mount('memory', 'memory'),
      '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(memory.limitBytes).toMatchObject({ value: 32 * GIB, source: '/proc/meminfo MemTotal' });
  });

  it('takes the v1 limit of an ancestor that is not mounted', async () => {
    const { memory } = await probed({
      '/proc/self/cgroup': '4:memory:/a',
      '/proc/self/mountinfo': v1Mount('memory', 'memory', '/a'),
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      '/sys/fs/cgroup/memory/memory.stat': `cache 0\nhierarchical_memory_limit ${2 * GIB}`,
    });
    expect(memory.limitBytes.value).toBe(2 * GIB);
  });

  it('never exceeds what the machine has', async () => {
    const { memory } = await probed(v2('/a', { '/sys/fs/cgroup/a/memory.max': `${64 * GIB}` }));
    expect(memory.limitBytes.value).toBe(32 * GIB);
  });
});
