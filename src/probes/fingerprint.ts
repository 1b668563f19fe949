import { shortHash } from '../core/canonical.js';
import { formatCpuList } from '../core/cpu-list.js';
import type { Fingerprint, Isa, Machine } from '../core/machine.js';

const GIB = 1024 ** 3;

/** What two measurements must share before they are compared. Names, addresses and serial numbers play no part. */
export function probeFingerprint(
  machine: Pick<
    Machine,
    'platform' | 'cpu' | 'topology' | 'limits' | 'memory' | 'knobs' | 'virtualization' | 'allocators'
  >,
): Fingerprint {
  const { platform, cpu, topology, limits, memory } = machine;
  const hard: Fingerprint['hard'] = {
    arch: platform.arch,
    vendor: cpu.vendor.value,
    family: cpu.family.value,
    model: [cpu.modelNumber.value, cpu.model.value].filter((part) => part !== null).join(' ') || null,
    stepping: cpu.stepping.value,
    isa: presentIsa(cpu.isa).join(' '),
    allowedCpus: formatCpuList(topology.allowed.cpus),
    threadsPerCore: topology.threadsPerCore,
    numaNodes: topology.machine.nodes,
    quotaCpus: limits.quotaCpus,
    ramClassGiB: memory.limitBytes.value === null ? null : ramClassGiB(memory.limitBytes.value),
  };
  return { hash: shortHash(hard), hard, soft: softPart(machine) };
}

function softPart(
  machine: Pick<Machine, 'platform' | 'cpu' | 'knobs' | 'virtualization' | 'allocators'>,
): Fingerprint['soft'] {
  return {
    kernel: machine.platform.kernel.value,
    microcode: machine.cpu.microcode.value,
    hypervisor: machine.virtualization.hypervisor.value,
    governor: machine.knobs.governor.value,
    node: machine.platform.node.value,
    allocators: machine.allocators
      .filter((allocator) => allocator.usable)
      .map((allocator) => `${allocator.variant}-${allocator.version ?? 'unversioned'}`)
      .join(' '),
  };
}

const presentIsa = (isa: Isa): string[] =>
  Object.entries(isa)
    .filter(([, present]) => present === true)
    .map(([name]) => name);

/** Next of 1, 1.5, 2, 3, 4, 6, 8, 12, … GiB upwards: the kernel keeps a different part of equal modules for itself on every boot. */
export function ramClassGiB(bytes: number): number {
  let size = 1;
  for (; bytes > size * GIB; size *= 2) if (bytes <= 1.5 * size * GIB) return 1.5 * size;
  return size;
}
