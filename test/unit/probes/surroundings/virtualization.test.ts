import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';

const cpus = (block: string, count = 4) =>
  Array.from({ length: count }, (_, id) => `processor : ${id}\n${block}`).join('\n\n');
const armCpu = (implementer: string, part: string) =>
  cpus(`Features : asimd\nCPU implementer : ${implementer}\nCPU part : ${part}`);
const topology = (count = 4) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, id) => [`/sys/devices/system/cpu/cpu${id}/topology/core_cpus_list`, String(id)]),
  );
const probed = (arch: string, files: Record<string, string>) => probeMachine(memoryHost({ arch, files }));
const dmi = (vendor: string, product: string) => ({
  '/sys/class/dmi/id/sys_vendor': vendor,
  '/sys/class/dmi/id/product_name': product,
});

describe('virtual machines on ARM', () => {
  it.each([
    ['Neoverse V2', '0x41', '0xd4f', 'c8g.4xlarge', true, false],
    ['a whole Graviton', '0x41', '0xd4f', 'c8g.metal-48xl', false, false],
    ['ThunderX2, which has SMT', '0x43', '0x0af', 'x.large', true, true],
    ['Apple, whose guests hide the kinds', '0x00', '0x000', 'x.large', true, true],
  ])('%s', async (_name, implementer, part, product, isVm, isHidden) => {
    const machine = await probed('arm64', {
      ...{ '/proc/cpuinfo': armCpu(implementer, part) },
      ...topology(),
      ...dmi('Amazon EC2', product),
    });
    expect(machine.virtualization.isVm.value).toBe(isVm);
    expect(machine.topology.isHidden).toBe(isHidden);
  });

  it('an A64FX is one package, whatever its core memory groups are shown as', async () => {
    const groups = Object.fromEntries(
      [0, 1, 2, 3].map((id) => [`/sys/devices/system/cpu/cpu${id}/topology/package_cpus_list`, id < 2 ? '0-1' : '2-3']),
    );
    const machine = await probed('arm64', { '/proc/cpuinfo': armCpu('0x46', '0x001'), ...topology(), ...groups });
    expect(machine.topology.machine.packages).toBe(1);
  });
});

describe('sandboxes, containers and partitions', () => {
  it('gVisor hides what limits, and which CPUs share a core', async () => {
    const machine = await probed('x64', {
      '/proc/version': 'Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016',
      '/proc/cpuinfo': cpus('vendor_id : GenuineIntel\nflags : lm avx2'),
    });
    expect(machine.virtualization.containerRuntime.value).toBe('gvisor');
    expect(machine.topology.isHidden).toBe(true);
    expect(machine.limits.reasons.join()).toContain('no limit is shown here');
  });

  it.each([
    ['lxc', { '/run/systemd/container': 'lxc' }],
    ['systemd-nspawn', { '/run/host/container-manager': 'systemd-nspawn' }],
    ['lxc', { '/proc/self/mountinfo': '501 500 0:50 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw' }],
  ])('finds %s as a user who may not read process 1', async (runtime, files) => {
    const machine = await probed('x64', { '/proc/cpuinfo': cpus('flags : lm'), ...files });
    expect(machine.virtualization.isContainer.value).toBe(true);
    expect(machine.virtualization.containerRuntime.value).toBe(runtime);
  });

  it('a host that runs LXCFS for its containers is none', async () => {
    const mountinfo = '40 22 0:50 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw';
    const machine = await probed('x64', { '/proc/cpuinfo': cpus('flags : lm'), '/proc/self/mountinfo': mountinfo });
    expect(machine.virtualization.isContainer.value).toBe(false);
  });

  it('a POWER partition is a guest of its hypervisor', async () => {
    const files = { '/proc/cpuinfo': cpus('cpu : POWER9'), '/proc/device-tree/ibm,partition-name': 'p1' };
    expect((await probed('ppc64', files)).virtualization).toMatchObject({
      isVm: { value: true },
      hypervisor: { value: 'powervm' },
    });
  });
});
