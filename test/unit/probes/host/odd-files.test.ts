import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, type MachineDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

/** Two nodes of two cores with two threads each: CPUs 0-3 and their siblings 4-7. */
const DUAL: MachineDescription = {
  about: 'two small nodes',
  arch: 'x64',
  cpuinfo: { vendor_id: 'AuthenticAMD', flags: 'fpu lm avx2' },
  numbering: 'cores-first',
  packages: [1, 2].map(() => ({
    nodes: [{ memoryGiB: 8, caches: [{ l3KiB: 8192, groups: [{ cores: 2, threads: 2 }] }] }],
  })),
};
const BASE = memoryHost(generateMachine(DUAL));
const CPU = '/sys/devices/system/cpu';
const NODE = '/sys/devices/system/node';
const probed = (changes: Record<string, string | null>) => probeMachine(overlay(BASE, changes));

describe('files that kernels, containers and people write oddly', () => {
  it('a container whose CPU folders are renumbered too: the effective cpuset proves what runs', async () => {
    const gone = Object.fromEntries([2, 3, 4, 5, 6, 7].map((cpu) => [`${CPU}/cpu${cpu}`, null]));
    const { topology } = await probed({
      ...gone,
      [`${CPU}/online`]: '0-1',
      '/proc/self/status': 'Cpus_allowed_list: 0,24',
      '/sys/fs/cgroup/cgroup.controllers': '',
      '/sys/fs/cgroup/cpuset.cpus.effective': '0,24',
    });
    expect(topology.allowed.cpus).toEqual([0, 24]);
  });

  it('a mask that contradicts its list wins where another CPU confirms it', async () => {
    const mask = (cpu: number, value: string) => [`${CPU}/cpu${cpu}/topology/core_cpus`, value];
    const confirmed = Object.fromEntries([mask(0, '03'), mask(1, '03')]);
    expect((await probed(confirmed)).topology.cpus.slice(0, 2).map((cpu) => cpu.core)).toEqual([0, 0]);
    const alone = Object.fromEntries([mask(0, '03'), mask(1, '22')]);
    expect((await probed(alone)).topology.cpus.map((cpu) => cpu.core)).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it('an instruction cache that is shared more widely than the data cache', async () => {
    const files = Object.fromEntries(
      [0, 1].flatMap((cpu) => [
        [`${CPU}/cpu${cpu}/cache/index0/type`, 'Instruction'],
        [`${CPU}/cpu${cpu}/cache/index0/shared_cpu_list`, '0-1,4-5'],
        [`${CPU}/cpu${cpu}/cache/index1/type`, 'Data'],
      ]),
    );
    const { caches } = await probed(files);
    expect(caches.levels[0]?.domains.map((domain) => domain.cpus)).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
  });

  it('a distance row of another length, and a node folder that is not online', async () => {
    const { numa } = await probed({
      [`${NODE}/node0/distance`]: '10 21 31',
      [`${NODE}/node7/cpulist`]: '',
      [`${NODE}/node7/meminfo`]: 'Node 7 MemTotal: 1 kB',
    });
    expect(numa.nodes.map((node) => [node.id, node.distances])).toEqual([
      [0, []],
      [1, [21, 10]],
    ]);
  });

  it('nodes that claim the same CPUs are one node', async () => {
    const { numa, topology } = await probed({ [`${NODE}/node1/cpulist`]: '0-7' });
    expect(numa.nodes).toHaveLength(1);
    expect(numa.nodes[0]).toMatchObject({ id: 0, cpus: [0, 1, 2, 3, 4, 5, 6, 7] });
    expect(numa.notes.join()).toContain('faulty firmware');
    expect(topology.machine.nodes).toBe(1);
  });

  it('no limit of cgroup v1 is no limit, even where the memory of the machine is unknown', async () => {
    const { memory } = await probed({
      '/proc/meminfo': null,
      [NODE]: null,
      '/proc/self/cgroup': '4:memory:/',
      '/proc/self/mountinfo': '35 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(memory.limitBytes).toMatchObject({ value: null, confidence: 'unknown' });
  });

  it('numbers with NUL, lone newlines and sizes in other units', async () => {
    const { caches, knobs } = await probed({
      [`${CPU}/cpu0/cache/index3/size`]: '16M\n\0',
      '/proc/sys/vm/swappiness': '\0',
      [`${CPU}/cpu2/cache/index3/size`]: '',
    });
    expect(caches.llc.domains.map((domain) => domain.sizeBytes)).toEqual([16 * 1024 ** 2, null]);
    expect(caches.llc.allowedBytes).toBeNull();
    expect(knobs.swappiness).toMatchObject({ value: null, confidence: 'unknown' });
  });
});
