import { describe, expect, it } from 'vitest';
import { formatCpuList } from '../../../../src/core/cpu-list.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

const hostOf = (name: string) => memoryHost(generateMachine(readDescription(name)));
const machineOf = (name: string) => probeMachine(hostOf(name));
const kindsOf = async (name: string, changes: Record<string, string> = {}) => {
  const { topology } = await probeMachine(overlay(hostOf(name), changes));
  return Object.fromEntries(topology.kinds.map((kind) => [kind.kind, formatCpuList(kind.cpus)]));
};

describe('machines that no recording covers', () => {
  it('cloud EPYC: two nodes a socket, many caches, siblings side by side', async () => {
    const machine = await machineOf('cloud-epyc-9654');
    expect(machine.topology.machine).toMatchObject({ cpus: 384, cores: 192, packages: 2, nodes: 4, llcDomains: 24 });
    expect(machine.limits.threadBudget).toBe(192);
    expect(machine.virtualization).toMatchObject({ isVm: { value: true }, hypervisor: { value: 'kvm' } });
    expect(machine.knobs.governor).toMatchObject({ value: null, confidence: 'hidden' });
    expect(machine.advice.map((item) => item.id)).toEqual(
      expect.arrayContaining(['siblings-adjacent', 'numa-balancing-on']),
    );
    const arm = (name: string) => machine.bindings.find((binding) => binding.name === name);
    expect(arm('one-per-l3')).toMatchObject({ available: true, coreCount: 24 });
    expect(arm('one-l3')).toMatchObject({ available: true, coreCount: 8, cpus: '0-15' });
    expect(arm('one-node')).toMatchObject({ coreCount: 48, memory: { policy: 'bind', nodes: '0' } });
    expect(arm('interleave')).toMatchObject({
      tool: 'numactl',
      cpus: null,
      memory: { policy: 'interleave', nodes: '0-3' },
    });
    expect(arm('p-cores')).toMatchObject({ available: false, sameAs: 'one-per-core' });
  });

  it('dual EPYC 7763: sixteen caches in one node each socket', async () => {
    const { topology, caches } = await machineOf('dual-epyc-7763');
    expect(topology.machine).toMatchObject({ cpus: 128, cores: 128, packages: 2, llcDomains: 16 });
    expect(caches.llc.allowedBytes).toBe(16 * 32 * 1024 ** 2);
  });

  it('Graviton 3: SVE and its width, one kind of core, a VM without x86 flags', async () => {
    const { cpu, topology, virtualization } = await machineOf('graviton-3');
    expect(cpu.isa).toMatchObject({
      sve: true,
      sve2: false,
      i8mm: true,
      bf16: true,
      dotprod: true,
      avx2: false,
      amx: false,
    });
    expect(cpu.sveBits.value).toBe(256);
    expect(cpu.model.value).toBe('AWS Graviton3 (Neoverse-V1)');
    expect(virtualization.isVm.value).toBe(true);
    expect(topology.kinds).toHaveLength(1);
  });

  it('Sapphire Rapids: AMX, and Speed Select is no second kind of core', async () => {
    const { cpu, topology, knobs, power, advice } = await machineOf('sapphire-rapids-amx');
    expect(cpu.isa).toMatchObject({ amx: true, amxBf16: true, avx512Fp16: true, avxVnni: true, avxVnniInt8: null });
    expect(topology.kinds).toHaveLength(1);
    expect(topology.machine).toMatchObject({ cpus: 224, cores: 112 });
    expect(knobs.isTurboOn.value).toBe(false);
    expect(advice.find((item) => item.id === 'turbo-off')?.mend).toBe(
      'echo 0 > /sys/devices/system/cpu/intel_pstate/no_turbo',
    );
    expect(power.energyZones.value).toEqual([
      { name: 'package-0', path: '/sys/class/powercap/intel-rapl:0', isReadable: true, maxMicrojoules: 262143328850 },
    ]);
  });

  it('memory expanders are nodes without CPUs', async () => {
    const { numa, topology } = await machineOf('xeon-cxl');
    expect(numa.nodes.map((node) => node.kind)).toEqual([
      'cpu-and-memory',
      'cpu-and-memory',
      'memory-only',
      'memory-only',
    ]);
    expect(topology.allowed).toMatchObject({ nodes: [0, 1], memoryNodes: [0, 1, 2, 3] });
    expect(topology.machine.nodes).toBe(4);
  });
});

describe('kinds of cores', () => {
  const three = { performance: '0-3', efficiency: '4-11', 'low-power': '12-13' };

  it("follows Intel's own folders", async () => expect(await kindsOf('core-ultra-5-225u')).toEqual(three));

  it('splits low-power cores off by the cache they are outside of', async () => {
    const changes = { '/sys/devices/cpu_atom/cpus': '4-13', '/sys/devices/cpu_lowpower/cpus': '' };
    expect(await kindsOf('core-ultra-5-225u', changes)).toEqual(three);
  });

  it('finds the same by clocks and build when the folders are hidden', async () => {
    const changes = {
      '/sys/devices/cpu_core/cpus': '',
      '/sys/devices/cpu_atom/cpus': '',
      '/sys/devices/cpu_lowpower/cpus': '',
    };
    expect(await kindsOf('core-ultra-5-225u', changes)).toEqual(three);
  });

  it('finds E-cores by the cache they share where clocks and threads say nothing', async () => {
    expect(await kindsOf('core-ultra-7-265k')).toEqual({ performance: '0-7', efficiency: '8-19' });
  });

  it('tells Zen 5c from Zen 5', async () => {
    expect(await kindsOf('strix-point-hx370')).toEqual({ performance: '0-3,12-15', efficiency: '4-11,16-23' });
  });

  it('does not take favoured cores of an AMD processor for a kind', async () => {
    const favoured = Object.fromEntries(
      [0, 1, 2, 3].map((cpu) => [`/sys/devices/system/cpu/cpu${cpu}/cpufreq/cpuinfo_max_freq`, '4100000']),
    );
    expect(Object.keys(await kindsOf('dual-epyc-7763', favoured))).toEqual(['performance']);
  });

  it('counts no performance core in a cpuset of efficiency cores, and budgets for those', async () => {
    const host = overlay(hostOf('core-ultra-5-225u'), { '/proc/self/status': 'Cpus_allowed_list:\t4-11' });
    const { topology, limits, bindings } = await probeMachine(host);
    expect(topology.allowed).toMatchObject({ cores: 8, pCores: 0 });
    expect(limits.threadBudget).toBe(8);
    expect(bindings.find((arm) => arm.name === 'p-cores')).toMatchObject({
      available: false,
      reason: 'no performance core is allowed',
    });
  });
});
