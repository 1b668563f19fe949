import { describe, expect, it } from 'vitest';
import { formatCpuList } from '../../../../src/core/cpu-list.js';
import { machineSchema } from '../../../../src/core/machine.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { RecordedMachines } from '../../../helpers/machines/recorded.js';

/** Counts as ../shared/sysfs-dumps/README.md states them: CPUs / cores / packages / nodes / last-level caches. */
type Expected = {
  archive: string;
  inside?: string;
  counts: string;
  allowed?: { cpus: string; cores: number; mems: string };
  kinds?: Record<string, string>;
  also?: Record<string, unknown>;
};

const TABLE: Expected[] = [
  {
    archive: 'hwloc/20em64t-hybrid-1p6c2t+2ca4co1t.tar.bz2',
    counts: '20/14/1/1/1',
    kinds: { performance: '0-11', efficiency: '12-19' },
    also: { 'limits.threadBudget': 6, 'limits.threadCeiling': 20, 'knobs.governor.value': 'powersave' },
  },
  {
    archive: 'hwloc/32intel64-2p8co2t+8ve.tar.bz2',
    counts: '32/16/2/2/2',
    also: {
      'cpu.isa.avx512': true,
      'cpu.isa.avx512Vnni': false,
      'limits.threadBudget': 16,
      'numa.nodes.0.kind': 'cpu-and-memory',
    },
  },
  {
    archive: 'hwloc/memorysidecaches.tar.bz2',
    counts: '80/40/2/4/2',
    also: { 'cpu.isa.avx512Vnni': true, 'numa.nodes.0.distances': [10, 21, 11, 21] },
  },
  {
    archive: 'hwloc/128arm-2pa2n8cluster4co.tar.bz2',
    counts: '128/128/2/4/4',
    also: {
      'platform.arch': 'arm64',
      'cpu.vendor.value': 'hisilicon',
      'cpu.isa.dotprod': true,
      'cpu.isa.i8mm': false,
      'cpu.isa.sve': false,
      'cpu.isa.avx2': false,
      'knobs.smtControl.value': 'notimplemented',
    },
  },
  {
    archive: 'hwloc/nvidia-dgx-gb10.tar.bz2',
    counts: '20/20/1/1/2',
    kinds: { performance: '5-9,15-19', efficiency: '0-4,10-14' },
    also: { 'cpu.isa.sve2': true, 'cpu.isa.i8mm': true, 'cpu.isa.bf16': true, 'limits.threadBudget': 10 },
  },
  {
    archive: 'hwloc/offline-cpu0-node0.tar.bz2',
    counts: '17/17/2/1/2',
    also: { 'knobs.smtControl.value': 'notsupported', 'numa.nodes.0.id': 1 },
  },
  {
    archive: 'hwloc/16amd64-4n4c-cgroup-distance-merge.tar.bz2',
    counts: '16/16/4/4/4',
    allowed: { cpus: '0-3', cores: 4, mems: '2-3' },
    also: { 'advice.0.id': 'memory-is-remote' },
  },
  {
    archive: 'hwloc/32amd64-4s2n4c-cgroup2.tar.bz2',
    counts: '32/32/4/8/8',
    allowed: { cpus: '0-5', cores: 6, mems: '0-5' },
  },
  {
    archive: 'hwloc/48amd64-4pa2n6c-sparse.tar.bz2',
    counts: '48/48/4/8/8',
    also: { 'topology.allowed.nodes': [0, 1, 2, 33, 34, 45, 72, 73] },
  },
  // Two integer cores share one floating-point unit: for matrix work 32 cores count (hwloc says 64).
  { archive: 'hwloc/64amd64-4s2n4ca2co.tar.bz2', counts: '64/32/4/8/8', also: { 'limits.threadBudget': 32 } },
  {
    archive: 'hwloc/2pa-pcidomain32bits.tar.bz2',
    counts: '2/2/2/1/0',
    also: { 'virtualization.isVm.value': true, 'topology.isHidden': true, 'caches.llc.level': 2 },
  },
  {
    archive: 'hwloc/32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2',
    counts: '16/16/2/2/2',
    also: { 'memory.dimms.confidence': 'certain', 'memory.theoreticalBytesPerSecond.value': 102.4e9 },
  },
  {
    archive: 'hwloc/fakememinitiators-1np2c+1npp+gi.tar.bz2',
    counts: '8/8/2/11/0',
    allowed: { cpus: '0-7', cores: 8, mems: '5-10' },
    also: { 'numa.nodes.0.kind': 'cpu-only', 'numa.nodes.4.kind': 'empty', 'numa.nodes.5.kind': 'memory-only' },
  },
  { archive: 'util-linux/vmware_fpe.tar.gz', counts: '16/8/2/4/4' },
  {
    archive: 'util-linux/x86_64-64cpu-linux6.2.tar.gz',
    counts: '8/4/1/1/1',
    also: {
      'cpu.isa.avx512Vnni': true,
      'knobs.governor.value': 'powersave',
      'memory.totalBytes.confidence': 'unknown',
    },
  },
  { archive: 'util-linux/x86_64-64cpu.tar.gz', counts: '64/32/4/3/4', also: { 'topology.allowed.nodes': [0, 2, 3] } },
  {
    archive: 'cri-resource-manager/topology-aware-sysfs.tar.bz2',
    inside: 'sysfs/desktop',
    counts: '20/10/1/1/1',
    kinds: { performance: '0-19' },
  },
  {
    archive: 'cri-resource-manager/topology-aware-sysfs.tar.bz2',
    inside: 'sysfs/server',
    counts: '112/56/2/6/2',
    also: { 'topology.allowed.nodes': [0, 1, 2, 3], 'topology.allowed.memoryNodes': [0, 1, 2, 3, 4, 5] },
  },
  {
    archive: 'cri-resource-manager/topology-aware-sysfs.tar.bz2',
    inside: 'sysfs/4-socket-server-nosnc',
    counts: '144/72/4/4/4',
  },
];

const recordings = RecordedMachines.open();

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((current, key) => (current as Record<string, unknown> | undefined)?.[key], value);

describe.skipIf(!recordings)('recorded machines', { timeout: 60_000 }, () => {
  it.each(TABLE.map((row) => [`${row.archive} ${row.inside ?? ''}`, row] as const))(
    '%s',
    async (_name, { archive, inside, counts, allowed, kinds, also }) => {
      const machine = await probeMachine(recordings!.host(archive, inside));
      expect(machineSchema.parse(machine)).toEqual(machine);
      const { machine: all, allowed: mine } = machine.topology;
      expect(`${all.cpus}/${all.cores}/${all.packages}/${all.nodes}/${all.llcDomains}`).toBe(counts);
      if (allowed)
        expect({ cpus: formatCpuList(mine.cpus), cores: mine.cores, mems: formatCpuList(mine.memoryNodes) }).toEqual(
          allowed,
        );
      else expect(mine.cpus).toHaveLength(all.cpus);
      const found = Object.fromEntries(machine.topology.kinds.map((kind) => [kind.kind, formatCpuList(kind.cpus)]));
      if (kinds) expect(found).toEqual(kinds);
      else expect(Object.keys(found)).toEqual(['performance']);
      for (const [path, value] of Object.entries(also ?? {})) expect(at(machine, path), path).toEqual(value);
    },
  );

  it('reads pressure, power, heat and knobs of the procfs samples', async () => {
    const machine = await probeMachine(recordings!.host('procfs/fixtures.ttar', 'fixtures'));
    expect(machine.load.cpuPressure.value?.some).toEqual({ avg10: 0.1, avg60: 2, avg300: 3.85, totalUs: 15 });
    expect(machine.power.energyZones.value?.map((zone) => zone.name)).toEqual(
      expect.arrayContaining(['package-0', 'core']),
    );
    expect(machine.power.temperatures.value).toContainEqual({ name: 'bcm2835_thermal', celsius: 49.925 });
    expect(machine.knobs.swappiness.value).toBe(60);
  });
});
