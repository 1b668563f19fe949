import { describe, expect, it } from 'vitest';
import { portableHost, relabelSources } from '../../../../src/probes/host/portable.js';
import { liveHost } from '../../../../src/probes/index.js';
import { runProbes } from '../../../../src/probes/run-probes.js';

type Information = Awaited<ReturnType<NonNullable<Parameters<typeof portableHost>[1]>>>;

/** What the package returns, as far as it is used. */
function information(cpu: object, system: object = { virtual: false }): () => Promise<Information> {
  const base = {
    manufacturer: 'Intel',
    brand: 'Core',
    flags: '',
    processors: 1,
    family: '',
    model: '',
    stepping: '',
    speedMax: 3.2,
  };
  return async () =>
    ({
      cpu: async () => ({ ...base, ...cpu }),
      mem: async () => ({
        total: 32 * 1024 ** 3,
        available: 20 * 1024 ** 3,
        swaptotal: 2 * 1024 ** 3,
        swapused: 1024 ** 3,
      }),
      osInfo: async () => ({ kernel: '24.1.0', distro: 'macOS', release: '15.1' }),
      system: async () => system,
    }) as unknown as Information;
}
const hostOf = (platform: NodeJS.Platform, arch: string) => ({
  ...liveHost({ PATH: '/bin', OMP_NUM_THREADS: '4' }),
  platform,
  arch,
});
const machineOf = async (host: ReturnType<typeof hostOf>, cpu: object, system?: object) =>
  relabelSources(runProbes(await portableHost(host, information(cpu, system))));

describe('macOS and Windows', () => {
  it('Apple silicon: performance and efficiency cores, NEON, no binding', async () => {
    const machine = await machineOf(hostOf('darwin', 'arm64'), {
      manufacturer: 'Apple',
      brand: 'M3 Pro',
      cores: 12,
      physicalCores: 12,
      performanceCores: 6,
      efficiencyCores: 6,
    });
    expect(machine.topology.machine).toMatchObject({ cpus: 12, cores: 12, packages: 1, nodes: 1 });
    expect(machine.topology.kinds.map((kind) => [kind.kind, kind.cores])).toEqual([
      ['performance', 6],
      ['efficiency', 6],
    ]);
    expect(machine.limits).toMatchObject({ threadBudget: 6, threadCeiling: 12, quotaCpus: null });
    expect(machine.cpu.isa).toMatchObject({ neon: true, dotprod: true, avx2: false });
    expect(machine.memory.usableBytes.value).toBe(20 * 1024 ** 3);
    expect(machine.platform).toMatchObject({
      os: 'darwin',
      kernel: { value: '24.1.0' },
      distribution: { value: 'macOS 15.1' },
    });
    expect(machine.bindings.find((arm) => arm.name === 'p-cores')).toMatchObject({
      available: false,
      reason: 'darwin has no way to bind a process from outside',
    });
    expect(machine.bindings[0]).toMatchObject({ name: 'none', available: true });
  });

  it('Windows on a hybrid processor: the threads beyond one a core belong to performance cores', async () => {
    const cpu = {
      brand: 'Core i7-1370P',
      flags: 'fma avx avx2 f16c',
      cores: 20,
      physicalCores: 14,
      performanceCores: 6,
      efficiencyCores: 8,
    };
    const machine = await machineOf(hostOf('win32', 'x64'), cpu, { virtual: true });
    expect(machine.topology.machine).toMatchObject({ cpus: 20, cores: 14 });
    expect(machine.topology.allowed.pCores).toBe(6);
    expect(machine.cpu.isa.avx2).toBe(true);
    expect(machine.virtualization.isVm.value).toBe(true);
  });

  it('says where its facts come from, and which variables no backend reads', async () => {
    const machine = await machineOf(hostOf('win32', 'x64'), { cores: 4, physicalCores: 4 });
    expect(JSON.stringify(machine)).not.toMatch(/"source":"\//);
    expect(machine.memory.totalBytes.source).toMatch(/^systeminformation/);
    expect(machine.cpu.isa.avx2).toBeNull();
    expect(machine.advice.find((item) => item.id === 'openmp-variables-unread')?.message).toBe(
      'OMP_NUM_THREADS is set.',
    );
  });

  it('spreads cores over packages', async () => {
    const machine = await machineOf(hostOf('win32', 'x64'), { cores: 32, physicalCores: 16, processors: 2 });
    expect(machine.topology.machine).toMatchObject({ cpus: 32, cores: 16, packages: 2 });
  });
});
