import type { CpuEntry } from '../../core/machine.js';
import { groupBy } from '../reading/group-by.js';
import type { AdviceRule } from './rule.js';

/** True when the CPUs of some core are numbered side by side (0 and 1), as hypervisors do; bare metal mostly numbers cores first. */
function siblingsAdjacent(cpus: CpuEntry[]): boolean {
  return [...groupBy(cpus, (cpu) => cpu.core).values()].some(
    (core) => core.length > 1 && core[1]!.id === core[0]!.id + 1,
  );
}

/** What the shape of the machine makes easy to get wrong. */
export const topologyRules: AdviceRule[] = [
  ({ topology, virtualization }) => {
    if (!virtualization.isVm.value || !siblingsAdjacent(topology.cpus)) return null;
    return {
      id: 'siblings-adjacent',
      severity: 'warning',
      fact: 'topology.cpus',
      message: 'In this virtual machine neighbouring CPU numbers are two threads of one core.',
      cause: 'Binding to "the first n CPUs" gives half as many cores as meant.',
      mend: 'Bind by the arm one-per-core; r1-tune counts cores, not CPUs.',
      cite: 'kernel admin-guide/cputopology.rst, thread_siblings_list',
    };
  },
  ({ topology }) => {
    if (!topology.isHidden) return null;
    return {
      id: 'topology-hidden',
      severity: 'info',
      fact: 'topology.isHidden',
      message: 'The hypervisor does not say which CPUs share a core.',
      cause:
        'Two of these CPUs may be threads of one core, so the best number of threads may be half of what is shown.',
      mend: 'Measure: r1-tune probe --bandwidth shows the knee, a sweep tries thread counts.',
      cite: 'util-linux lscpu(1): topology in virtual machines',
    };
  },
  ({ topology }) => {
    const { allowed, kinds } = topology;
    if (allowed.pCores === 0 || allowed.pCores === allowed.cores) return null;
    return {
      id: 'core-kinds-mixed',
      severity: 'info',
      fact: 'topology.kinds',
      message: `The cores are of ${kinds.length} kinds: ${kinds.map((kind) => `${kind.cores} ${kind.label}`).join(', ')}.`,
      cause: 'Engines split each step evenly and wait for the slowest thread.',
      mend: `Start from ${allowed.pCores} threads and the arm p-cores; let a sweep try more.`,
      cite: 'llama.cpp #28625, ggml thread pool barriers',
    };
  },
  ({ topology, tools }) => {
    if (
      topology.machine.nodes < 2 ||
      topology.allowed.memoryNodes.length < 2 ||
      tools.some((tool) => tool.name === 'numactl')
    )
      return null;
    return {
      id: 'numactl-missing',
      severity: 'warning',
      fact: 'tools',
      message: 'The machine has several NUMA nodes, and numactl is not installed.',
      cause: 'Without it memory cannot be bound or interleaved, which decides the speed of decode on several nodes.',
      mend: 'Install the package numactl.',
      cite: 'numactl(8)',
    };
  },
  ({ cpu, platform, virtualization }) => {
    if (platform.arch !== 'x64' || cpu.isa.avx2 !== false) return null;
    return {
      id: 'avx2-missing',
      severity: 'problem',
      fact: 'cpu.isa.avx2',
      message: 'The CPUs show no AVX2.',
      cause: 'Engines fall back to kernels several times slower.',
      mend: virtualization.isVm.value
        ? 'The CPU model of the virtual machine may hide it: pass the host CPU through (QEMU: -cpu host).'
        : 'Use a processor from 2013 (Haswell) or later.',
      cite: 'ggml CPU variants, MLAS kernels',
    };
  },
  ({ knobs, topology }) => {
    const isolated = knobs.isolatedCpus.value ?? [];
    const unused = isolated.filter((cpu) => !topology.allowed.cpus.includes(cpu));
    if (unused.length === 0) return null;
    return {
      id: 'cpus-isolated',
      severity: 'info',
      fact: 'knobs.isolatedCpus',
      message: `${unused.length} isolated CPU${unused.length === 1 ? ' is' : 's are'} not used by default.`,
      cause: 'isolcpus keeps them out of the default affinity.',
      mend: `Start r1-tune on them to use them: taskset -c ${unused.join(',')} r1-tune …`,
      cite: 'kernel admin-guide/kernel-parameters.rst isolcpus',
    };
  },
  ({ knobs }) => {
    const names = knobs.openMpVariables.value ?? [];
    if (names.length === 0) return null;
    return {
      id: 'openmp-variables-unread',
      severity: 'info',
      fact: 'knobs.openMpVariables',
      message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} set.`,
      cause:
        'Neither backend reads them: the llama.cpp and ONNX Runtime builds used here have thread pools of their own and are not linked to OpenMP.',
      mend: 'Use --threads, --binding and --huge-pages of r1-tune instead.',
      cite: 'ELF NEEDED entries of both backends name no OpenMP library',
    };
  },
  ({ allocators, platform }) => {
    if (platform.os !== 'linux' || allocators.some((allocator) => allocator.usable)) return null;
    return {
      id: 'allocators-missing',
      severity: 'info',
      fact: 'allocators',
      message: 'No alternative memory allocator is installed.',
      cause: 'A sweep can then only try the allocator of the C library.',
      mend: 'Install libjemalloc2 and libtcmalloc-minimal4 (Debian) or jemalloc and gperftools-libs (Fedora) to let it try more.',
      cite: 'ld.so(8) LD_PRELOAD',
    };
  },
];
