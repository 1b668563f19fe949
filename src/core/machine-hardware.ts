import * as z from 'zod';
import { factSchema } from './fact-schema.js';

/** What the machine is made of: platform, processor, topology, caches, NUMA nodes and memory. */

const ids = z.array(z.number().int());
const count = z.number().int();

export const platformSchema = z.object({
  os: z.string().describe("Operating system as Node names it: 'linux', 'darwin', 'win32', …"),
  arch: z
    .string()
    .describe("Processor architecture as Node names it: 'x64', 'arm64', 'ppc64', …; 'unknown' if nothing says it."),
  kernel: factSchema(z.string()).describe('Kernel release.'),
  distribution: factSchema(z.string()).describe('Name and version of the operating system distribution.'),
  libc: factSchema(z.enum(['glibc', 'musl'])).describe('C library that programs of this machine are linked to.'),
  node: factSchema(z.string()).describe('Version of Node that ran the probe; unknown for a recorded machine.'),
});

/** Yes, no, or null where the kernel of this machine would not say. */
const capability = z.boolean().nullable();

export const isaSchema = z.object({
  fma: capability.describe('x86 fused multiply-add (FMA3).'),
  f16c: capability.describe('x86 conversion of half floats.'),
  avx: capability.describe('x86 AVX.'),
  avx2: capability.describe('x86 AVX2.'),
  avxVnni: capability.describe('x86 AVX-VNNI: 8-bit dot products without AVX-512.'),
  avxVnniInt8: capability.describe('x86 AVX-VNNI-INT8; many kernels do not list it, then null.'),
  avx512: capability.describe('x86 AVX-512 as engines mean it: F, BW, DQ and VL together.'),
  avx512Vbmi: capability.describe('x86 AVX-512 VBMI.'),
  avx512Vnni: capability.describe('x86 AVX-512 VNNI: 8-bit dot products.'),
  avx512Bf16: capability.describe('x86 AVX-512 BF16.'),
  avx512Fp16: capability.describe('x86 AVX-512 FP16.'),
  amx: capability.describe('x86 AMX tiles with INT8: present; whether the kernel grants them is only known once used.'),
  amxBf16: capability.describe('x86 AMX BF16.'),
  neon: capability.describe('ARM Advanced SIMD.'),
  dotprod: capability.describe('ARM 8-bit dot products (asimddp).'),
  i8mm: capability.describe('ARM 8-bit matrix multiply.'),
  bf16: capability.describe('ARM bfloat16.'),
  sve: capability.describe('ARM scalable vectors.'),
  sve2: capability.describe('ARM scalable vectors 2.'),
  sme: capability.describe('ARM scalable matrix extension.'),
  lsx: capability.optional().describe('LoongArch 128-bit vectors.'),
  lasx: capability.optional().describe('LoongArch 256-bit vectors.'),
  rvv: capability.optional().describe('RISC-V vectors.'),
});
export type Isa = z.infer<typeof isaSchema>;

export const cpuSchema = z.object({
  model: factSchema(z.string()).describe('Marketing name; a label only, a VM may invent it.'),
  vendor: factSchema(z.string()).describe("Vendor: 'intel', 'amd', 'arm', 'hisilicon', … in lower case."),
  family: factSchema(z.string()).describe('Family number (x86) or implementer (ARM), as the kernel prints it.'),
  modelNumber: factSchema(z.string()).describe('Model number (x86) or part (ARM), as the kernel prints it.'),
  stepping: factSchema(z.string()).describe('Stepping (x86) or variant and revision (ARM).'),
  microcode: factSchema(z.string()).describe('Microcode revision.'),
  flags: factSchema(z.array(z.string())).describe('Feature words of the kernel that every allowed CPU has, sorted.'),
  isa: isaSchema.describe('What engines ask about, over all allowed CPUs.'),
  sveBits: factSchema(count).describe('Default SVE vector length in bits.'),
  maxMhz: factSchema(z.number()).describe('Highest clock any allowed CPU may reach, in MHz.'),
});

export const coreKindSchema = z.enum(['performance', 'efficiency', 'low-power']);
export type CoreKind = z.infer<typeof coreKindSchema>;

export const cpuEntrySchema = z.object({
  id: count.describe("The kernel's number of this logical CPU."),
  core: count.describe('Physical core, numbered 0… in order of its lowest CPU.'),
  package: count.describe('Package (socket) as the kernel numbers it; 0… in order of CPUs where it does not.'),
  die: count.nullable().describe('Die within the machine, numbered 0…; null when the kernel does not say.'),
  node: count.nullable().describe('NUMA node; null when no online node holds this CPU.'),
  llc: count.nullable().describe('Last-level cache domain (`caches.llc.domains[].id`); null without one.'),
  kind: coreKindSchema.describe("Kind of core; 'performance' for all on a machine with one kind."),
  isAllowed: z.boolean().describe('True when this process may run on it.'),
});
export type CpuEntry = z.infer<typeof cpuEntrySchema>;

export const topologySchema = z.object({
  cpus: z.array(cpuEntrySchema).describe('Every online logical CPU, by ascending id.'),
  machine: z
    .object({
      cpus: count.describe('Online logical CPUs.'),
      cores: count.describe('Physical cores with at least one CPU online.'),
      packages: count.describe('Packages (sockets).'),
      dies: count.nullable().describe('Dies; null when the kernel does not say.'),
      nodes: count.describe('Online NUMA nodes, memory-only ones included; 1 on a machine without NUMA.'),
      llcDomains: count.describe('Separate last-level caches of level 3 or higher; 0 when the kernel shows none.'),
    })
    .describe('Counts over the whole machine.'),
  allowed: z
    .object({
      cpus: ids.describe('Logical CPUs this process may run on, ascending.'),
      cores: count.describe('Physical cores among them.'),
      pCores: count.describe('Physical performance cores among them; equal to `cores` on a machine with one kind.'),
      packages: count.describe('Packages among them.'),
      nodes: ids.describe('NUMA nodes that hold an allowed CPU, ascending.'),
      memoryNodes: ids.describe('NUMA nodes this process may take memory from, ascending.'),
      llcDomains: count.describe('Last-level caches reachable by them.'),
      source: z.string().describe('The file that decided the allowed set.'),
    })
    .describe('Counts over what this process may use.'),
  kinds: z
    .array(
      z.object({
        kind: coreKindSchema.describe('Which kind.'),
        cpus: ids.describe('Its online logical CPUs.'),
        cores: count.describe('Its physical cores.'),
        label: z.string().describe('What people call it.'),
      }),
    )
    .describe('Kinds of cores, fastest first, with their CPUs; one entry on a uniform machine.'),
  kindsSource: z.string().describe('The evidence that told the kinds apart.'),
  threadsPerCore: count.describe('Largest number of online CPUs on one core.'),
  isHidden: z
    .boolean()
    .describe('True where every CPU is shown as a core of its own and siblings cannot be known (VMs, sandboxes).'),
  notes: z.array(z.string()).describe('What a reader should know about this topology.'),
});

const cacheDomainSchema = z.object({
  id: count.describe('Number of the domain within its level, 0… in order of its lowest CPU.'),
  sizeBytes: count.nullable().describe('Size in bytes; null when the kernel does not say.'),
  cpus: ids.describe('Online CPUs that share it.'),
});

export const cachesSchema = z.object({
  levels: z
    .array(
      z.object({
        level: count.describe('Level of the cache.'),
        domains: z.array(cacheDomainSchema).describe('Its separate instances.'),
      }),
    )
    .describe('Data and unified caches by ascending level.'),
  llc: z
    .object({
      level: count.nullable().describe('Level of the last cache; null when no cache is shown.'),
      domains: z.array(cacheDomainSchema).describe('Its separate instances.'),
      allowedBytes: count.nullable().describe('Sum of the instances reachable by allowed CPUs, in bytes.'),
      source: z.string().describe('Where it came from.'),
      note: z.string().optional().describe('What a reader should know about it.'),
    })
    .describe('The last-level cache.'),
});

/** What kind of memory a node without CPUs holds. `slower`: beyond DRAM in latency or bandwidth, CXL or persistent. */
export const memoryKindSchema = z.enum(['hbm', 'gpu', 'cxl', 'persistent', 'slower']);
export type MemoryKind = z.infer<typeof memoryKindSchema>;

export const numaNodeSchema = z.object({
  id: count.describe("The kernel's number of the node; numbers may have gaps."),
  kind: z
    .enum(['cpu-and-memory', 'cpu-only', 'memory-only', 'empty'])
    .describe('What the node holds. CPU-only nodes take memory from the nearest other node.'),
  cpus: ids.describe('Online CPUs of the node.'),
  memoryBytes: count.nullable().describe('Memory of the node in bytes; null when unknown.'),
  freeBytes: count.nullable().describe('Free memory of the node in bytes; null when unknown.'),
  availableBytes: count
    .nullable()
    .optional()
    .describe('Free memory and what the kernel would drop to make room (page cache, shrinkable slab), in bytes.'),
  memoryKind: factSchema(memoryKindSchema)
    .optional()
    .describe('Kind of memory of a node without CPUs; not known for nodes that have CPUs.'),
  readBytesPerSecond: z
    .number()
    .nullable()
    .optional()
    .describe('What the firmware promises the nearest CPUs (HMAT), in bytes a second; null when it says nothing.'),
  readLatencyNs: z
    .number()
    .nullable()
    .optional()
    .describe('What the firmware promises the nearest CPUs (HMAT), in nanoseconds; null when it says nothing.'),
  distances: ids.describe(
    'Relative distances to the nodes of `numa.nodes`, in that order (10 is local); empty if unknown.',
  ),
  isMemoryAllowed: z.boolean().describe('True when this process may take memory from it.'),
  hugePagesFree: count.nullable().describe('Free 2 MiB huge pages reserved on the node; null when unknown.'),
  memorySideCacheBytes: count
    .nullable()
    .describe('Memory-side cache in bytes; null when there is none or it is unknown.'),
});
export type NumaNode = z.infer<typeof numaNodeSchema>;

export const numaSchema = z.object({
  nodes: z
    .array(numaNodeSchema)
    .describe('Online nodes by ascending id; one made-up node 0 on a machine without NUMA.'),
  source: z.string().describe('Where it came from.'),
  notes: z.array(z.string()).describe('What a reader should know about these nodes.'),
});

export const dimmSchema = z.object({
  slot: z.string().describe('Name of the slot on the board.'),
  sizeBytes: count.describe('Size in bytes; 0 for an empty slot.'),
  type: z.string().describe('DDR4, DDR5, …'),
  speedMtPerS: count.nullable().describe('Speed it runs at in megatransfers a second; null when unknown.'),
});

export const memorySchema = z.object({
  totalBytes: factSchema(count).describe('Memory of the machine, in bytes.'),
  availableBytes: factSchema(count).describe('What the kernel would give out now without swapping, in bytes.'),
  limitBytes: factSchema(count).describe(
    'The least of machine memory, memory of the allowed nodes, every cgroup limit above this process and its own address-space limit, in bytes.',
  ),
  usableBytes: factSchema(count).describe(
    'What this process can still take now, in bytes: within every limit, page cache that the kernel would drop counted as free.',
  ),
  swapTotalBytes: factSchema(count).describe('Swap space, in bytes.'),
  swapUsedBytes: factSchema(count).describe('Swap in use, in bytes.'),
  hugePagesFree: factSchema(count).describe('Free reserved huge pages on the allowed nodes (number of pages).'),
  hugePageBytes: factSchema(count).describe('Size of a default huge page, in bytes.'),
  dimms: factSchema(z.array(dimmSchema)).describe('Memory modules; needs root on most machines.'),
  channels: factSchema(count).describe('Populated memory modules or channels, the closest that can be known.'),
  theoreticalBytesPerSecond: factSchema(z.number()).describe(
    'Modules × transfers a second × 8 bytes: an upper bound for sanity only, never a measurement.',
  ),
});
