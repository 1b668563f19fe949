import { formatCpuList } from '../../core/cpu-list.js';
import { groupBy } from '../../core/group-by.js';
import type { CpuEntry } from '../../core/machine.js';
import { MEMORY_KINDS } from '../../core/memory-kinds.js';
import { kindCount } from '../topology/kind-groups.js';
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
      message: `In this virtual machine ${topology.threadsPerCore} neighbouring CPU numbers are threads of one core.`,
      cause: `Binding to "the first n CPUs" gives 1 core for every ${topology.threadsPerCore} CPUs.`,
      mend: 'Bind by the arm one-per-core; r1-tune counts cores, not CPUs.',
      cite: 'kernel admin-guide/cputopology.rst, thread_siblings_list',
    };
  },
  ({ topology, virtualization }) => {
    if (!topology.isHidden) return null;
    return {
      id: 'topology-hidden',
      severity: 'info',
      fact: 'topology.isHidden',
      message: virtualization.isVm.value
        ? 'The hypervisor does not say which CPUs share a core.'
        : 'Nothing here says which CPUs share a core.',
      cause:
        'Two of these CPUs may be threads of one core, so the best number of threads may be half of what is shown.',
      mend: 'Measure: r1-tune probe --bandwidth shows the knee, a sweep tries thread counts.',
      cite: 'util-linux lscpu(1): topology in virtual machines',
    };
  },
  ({ topology, limits }) => {
    const { allowed, kinds } = topology;
    if (allowed.pCores === 0 || allowed.pCores === allowed.cores) return null;
    return {
      id: 'core-kinds-mixed',
      severity: 'info',
      fact: 'topology.kinds',
      message: `The cores are of ${kinds.length} kinds: ${kinds.map(kindCount).join(', ')}.`,
      cause:
        'A step ends with its slowest thread. llama.cpp deals out matrix rows in chunks, so that slow cores take fewer of them and help prefill; the short steps of decode gain less.',
      mend: `Start from ${limits.threadBudget} thread${limits.threadBudget === 1 ? '' : 's'}; a sweep tries performance cores alone (arm p-cores) and all cores.`,
      cite: 'llama.cpp #28625, ggml_compute_forward_mul_mat',
    };
  },
  ({ topology, tools }) => {
    if (topology.allowed.memoryNodes.length < 2 || tools.some((tool) => tool.name === 'numactl')) return null;
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
        : 'Use another processor. The year does not tell: Atom, Celeron and Pentium were sold without AVX2 until 2022; look for AVX2 in the data sheet.',
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
      mend: `Start r1-tune on them to use them: taskset -c ${formatCpuList(unused)} r1-tune …`,
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
  ({ topology, numa, bindings }) => {
    const near = numa.nodes.filter((node) => node.isMemoryAllowed && node.kind === 'cpu-and-memory');
    if (near.length < 2 || numa.notes.some((note) => note.startsWith('numa=fake'))) return null;
    const isSplit = near.length > topology.allowed.packages;
    const arms = bindings.filter((arm) => ['one-node', 'interleave'].includes(arm.name) && arm.available);
    return {
      id: 'several-numa-nodes',
      severity: 'info',
      fact: 'numa.nodes',
      message: `Memory lies on ${near.length} NUMA nodes${isSplit ? `, several a package (SNC, NPS)` : ''}.`,
      cause:
        'Where the pages of a model lie decides the speed of decode: public reports gain 7 to 80 % by placing them, and pages in the cache stay where they first came.',
      mend: `Let a sweep try ${['none', ...arms.map((arm) => arm.name)].join(', ')} (--binding); ${isSplit ? 'a model that fits one node may run fastest on it, one replica a node gives the most in all.' : 'drop the page cache before trying by hand.'}`,
      cite: 'llama.cpp #11744, colibri #82, numactl(8)',
    };
  },
  ({ numa }) => {
    const apart = numa.nodes.filter((node) => node.isMemoryAllowed && node.kind === 'memory-only');
    if (apart.length === 0) return null;
    const kinds = [...new Set(apart.map((node) => node.memoryKind?.value ?? null))];
    const names = kinds.map((kind) => (kind === null ? 'memory of unknown kind' : MEMORY_KINDS[kind]));
    const isFast = kinds.includes('hbm');
    return {
      id: 'memory-without-cpus',
      severity: isFast ? 'warning' : 'info',
      fact: 'numa.nodes',
      message: `Node${apart.length === 1 ? '' : 's'} ${formatCpuList(apart.map((node) => node.id))} hold${apart.length === 1 ? 's' : ''} ${names.join(' and ')}, without CPUs.`,
      cause: isFast
        ? 'Decode runs at the speed of memory: a model that fits into the fast one gains, and nothing goes there by itself.'
        : 'The kernel fills it when the other nodes are full, and weights there are read more slowly.',
      mend: `Never part of the arm interleave; a sweep ${kinds.every((kind) => kind === 'gpu') ? 'tries it only when' : 'tries'} ${kinds.map((kind) => (kind === null ? 'memory-only' : `${kind}-memory`)).join(', ')} ${kinds.every((kind) => kind === 'gpu') ? 'is named in --binding' : 'by itself'}.`,
      cite: 'kernel admin-guide/mm/numaperf.rst, memory tiering',
    };
  },
  ({ gpus }) => {
    const computing = (gpus.value ?? []).filter((gpu) => gpu.vendor !== 'Intel');
    if (computing.length === 0) return null;
    const names = [...new Set(computing.map((gpu) => gpu.model ?? gpu.vendor))];
    return {
      id: 'gpu-present',
      severity: 'info',
      fact: 'gpus',
      message: `There ${computing.length === 1 ? 'is a GPU' : `are ${computing.length} GPUs`} (${names.join(', ')}).`,
      cause: 'r1-tune measures and serves on CPUs alone; a model that fits into the memory of a GPU runs faster there.',
      mend: 'Compare with an engine for the GPU before tuning the CPUs.',
      cite: '/sys/bus/pci/devices/*/class',
    };
  },
  ({ numa }) => {
    const fake = numa.notes.find((note) => note.startsWith('numa=fake'));
    if (!fake) return null;
    return {
      id: 'numa-fake',
      severity: 'info',
      fact: 'numa.notes',
      message: `The kernel parameter numa=fake shows one memory as ${numa.nodes.length} nodes.`,
      cause: 'Spreading pages over the banks of one memory gains 6 to 18 % on a Raspberry Pi 5.',
      mend: 'Let a sweep try the arm interleave.',
      cite: 'raspberrypi/linux #6273',
    };
  },
];
