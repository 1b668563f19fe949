import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

const GIB = 1024 ** 3;
const dual = memoryHost(generateMachine(readDescription('dual-epyc-7763')));
const cxl = memoryHost(generateMachine(readDescription('xeon-cxl')));
const NODE = '/sys/devices/system/node';
const arm = ({ bindings }: Machine, name: string) => bindings.find((candidate) => candidate.name === name);

describe('memory that this process may use', () => {
  it('ends with the nodes it may take memory from, page cache counted as free', async () => {
    const machine = await probeMachine(
      overlay(dual, {
        '/proc/self/status': 'Cpus_allowed_list: 0-127\nMems_allowed_list: 1',
        '/proc/meminfo':
          'MemTotal: 134217728 kB\nMemAvailable: 120000000 kB\nHugePages_Free: 512\nHugepagesize: 2048 kB',
        [`${NODE}/node1/meminfo`]:
          'Node 1 MemTotal: 67108864 kB\nNode 1 MemFree: 10485760 kB\nNode 1 Active(file): 20971520 kB\nNode 1 Inactive(file): 10485760 kB\nNode 1 SReclaimable: 0 kB',
        [`${NODE}/node0/hugepages/hugepages-2048kB/free_hugepages`]: '500',
        [`${NODE}/node1/hugepages/hugepages-2048kB/free_hugepages`]: '12',
      }),
    );
    expect(machine.memory.limitBytes.value).toBe(64 * GIB);
    expect(machine.memory.usableBytes.value).toBe(40 * GIB);
    expect(machine.memory.hugePagesFree.value).toBe(12);
    expect(machine.numa.nodes[1]!.availableBytes).toBe(40 * GIB);
    expect(arm(machine, 'interleave')).toMatchObject({ available: false });
  });

  it.each([
    ['v2', '0::/own', 'cgroup2 cgroup2 rw', 'memory.max', 'memory.current', ''],
    ['v1', '4:memory:/own', 'cgroup cgroup rw,memory', 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_'],
  ])('counts the page cache of its group as free (%s)', async (_version, line, mount, max, current, prefix) => {
    const machine = await probeMachine(
      overlay(dual, {
        '/proc/self/cgroup': line,
        '/proc/self/mountinfo': `30 23 0:26 / /sys/fs/cgroup rw - ${mount}`,
        [`/sys/fs/cgroup/own/${max}`]: String(16 * GIB),
        [`/sys/fs/cgroup/own/${current}`]: String(15 * GIB),
        '/sys/fs/cgroup/own/memory.stat': `${prefix}active_file ${12 * GIB}\n${prefix}inactive_file ${2 * GIB}\n${prefix}inactive_anon ${GIB}`,
      }),
    );
    expect(machine.memory.usableBytes.value).toBe(15 * GIB);
  });
});

describe('nodes without CPUs', () => {
  const dax = (target: string) => ({ links: { '/sys/bus/dax/devices/dax0.0': target } });
  const withDax = (target: string) => {
    const extra = memoryHost({
      arch: 'x64',
      files: { [`/sys/devices/${target}/target_node`]: '2' },
      links: dax(`../../../devices/${target}`).links,
    });
    return {
      ...cxl,
      read: (path: string) => cxl.read(path) ?? extra.read(path),
      list: (path: string) => [...cxl.list(path), ...extra.list(path)],
      readLink: (path: string) => extra.readLink(path),
    };
  };

  it.each([
    ['cxl', 'platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0/dax0.0'],
    ['persistent', 'LNXSYSTM:00/ACPI0012:00/ndbus0/region0/dax0.0'],
  ])('are %s by the place of their dax device', async (kind, target) => {
    const machine = await probeMachine(withDax(target));
    expect(machine.numa.nodes[2]!.memoryKind).toMatchObject({ value: kind, confidence: 'certain' });
    expect(arm(machine, `${kind}-memory`)).toMatchObject({ memory: { policy: 'bind', nodes: '2' }, available: true });
    expect(arm(machine, 'interleave')!.memory!.nodes).toBe('0-1');
    expect(machine.advice.map((item) => item.id)).toContain('memory-without-cpus');
  });

  const promise = (node: number, mebibytes: number) => ({
    [`${NODE}/node${node}/access1/initiators/read_bandwidth`]: String(mebibytes),
  });
  it.each([
    ['hbm', { ...promise(0, 100_000), ...promise(2, 400_000) }],
    ['slower', { ...promise(0, 100_000), ...promise(2, 30_000) }],
    ['gpu', { '/proc/driver/nvidia/gpus/0009:01:00.0/numa_status': 'Node: 2\nStatus: online' }],
    ['hbm', { ...tiers({ 4: '0-1', 2: '2' }) }],
    ['slower', { ...tiers({ 4: '0-1', 961: '2' }) }],
  ])('are %s by firmware, tier or driver', async (kind, files) => {
    const machine = await probeMachine(overlay(cxl, files));
    expect(machine.numa.nodes[2]!.memoryKind!.value).toBe(kind);
    expect(arm(machine, `${kind}-memory`)?.available).toBe(kind !== 'gpu');
  });

  function tiers(nodes: Record<number, string>): Record<string, string> {
    const folder = '/sys/devices/virtual/memory_tiering';
    return Object.fromEntries(Object.entries(nodes).map(([id, list]) => [`${folder}/memory_tier${id}/nodelist`, list]));
  }

  it('keep an arm of their own where nothing says the kind', async () => {
    const machine = await probeMachine(cxl);
    expect(machine.numa.nodes[2]!.memoryKind).toMatchObject({ value: null });
    expect(arm(machine, 'memory-only')).toMatchObject({ memory: { nodes: '2-3' } });
  });
});

describe('nodes that claim the same CPUs', () => {
  const overlapping = { [`${NODE}/node0/cpulist`]: '0-127', [`${NODE}/node1/cpulist`]: '0-127' };
  it('are one node with faulty firmware, and several where numa=fake asked for them', async () => {
    const faulty = await probeMachine(overlay(dual, overlapping));
    expect(faulty.topology.machine.nodes).toBe(1);
    const fake = await probeMachine(overlay(dual, { ...overlapping, '/proc/cmdline': 'quiet numa=fake=2' }));
    expect(fake.topology.machine.nodes).toBe(2);
    expect(arm(fake, 'interleave')).toMatchObject({ available: true, memory: { nodes: '0-1' } });
    expect(arm(fake, 'one-node')!.memory).toBeNull();
    expect(fake.advice.map((item) => item.id)).toContain('numa-fake');
  });
});
