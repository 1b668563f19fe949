import * as z from 'zod';
import { bindingSchema } from './candidate.js';

/** What follows from the facts: binding arms, advice, measured bandwidth and the fingerprint. */

const cpuListText = z.string().describe('CPUs as a kernel cpulist.');

export const bindingArmSchema = z.object({
  ...bindingSchema.shape,
  cpuCount: z.number().int().describe('Logical CPUs a process has under it.'),
  coreCount: z.number().int().describe('Physical cores a process has under it.'),
  available: z.boolean().describe('True when it can be applied here and means something of its own.'),
  reason: z.string().optional().describe('Why it is not available.'),
  sameAs: z.string().optional().describe('The arm that means the same on this machine; only that one need be tried.'),
  description: z.string().describe('What it does, in words.'),
});
export type BindingArm = z.infer<typeof bindingArmSchema>;

export const adviceSchema = z.object({
  id: z.string().describe('Stable name of the finding, kebab-case.'),
  severity: z.enum(['problem', 'warning', 'info']).describe('How much it is likely to hurt.'),
  fact: z.string().describe('The field of this document it rests on, as a dotted path.'),
  message: z.string().describe('What was found.'),
  cause: z.string().describe('Why it matters for inference.'),
  mend: z.string().describe('What to do about it.'),
  cite: z.string().describe('Where that knowledge comes from.'),
});
export type Advice = z.infer<typeof adviceSchema>;

export const bandwidthPointSchema = z.object({
  threads: z.number().int().describe('Reading threads.'),
  cpus: cpuListText.nullable().describe('CPUs the threads were pinned to, as a kernel cpulist; null when unpinned.'),
  bestBytesPerSecond: z.number().describe('Fastest pass, in bytes a second.'),
  medianBytesPerSecond: z.number().describe('Median pass, in bytes a second: the figure to use.'),
  spread: z.number().describe('Best divided by median; 1 is a perfectly steady machine.'),
  passes: z.number().int().describe('Timed passes.'),
  onCpuShare: z
    .number()
    .nullable()
    .describe('CPU time over wall time and threads, 0 to 1; null when it cannot be had.'),
  stealShare: z
    .number()
    .nullable()
    .describe('Share of time the hypervisor gave to others meanwhile, 0 to 1; null when unknown.'),
  throttledPeriods: z.number().int().nullable().describe('Quota stops meanwhile; null when unknown.'),
  isContended: z.boolean().describe('True when something else disturbed every attempt: the figure is too low.'),
  reasons: z.array(z.string()).describe('What disturbed it.'),
  attempts: z.number().int().describe('How often the point was measured before it was accepted or given up.'),
});
export type BandwidthPoint = z.infer<typeof bandwidthPointSchema>;

export const bandwidthSchema = z.object({
  kernel: z.string().describe('What was run: a WebAssembly SIMD read kernel. This is not STREAM.'),
  streams: z.number().int().describe('Concurrent address streams a thread.'),
  bytesPerThread: z.number().int().describe('Memory each thread read in a pass with the most threads, in bytes.'),
  isLargerThanCache: z
    .boolean()
    .describe('True when the memory read was at least 4 times the last-level caches in use.'),
  isPinned: z.boolean().describe('True when each thread was pinned to one CPU.'),
  points: z.array(bandwidthPointSchema).describe('One point a thread count, ascending.'),
  maxBytesPerSecond: z
    .number()
    .nullable()
    .describe('Largest median of the points not contended, in bytes a second; null when all were.'),
  kneeThreads: z
    .number()
    .int()
    .nullable()
    .describe('Fewest threads with at least 95 % of the maximum; null when any point was contended.'),
  isContended: z.boolean().describe('True when any point is.'),
  perNode: z
    .array(
      z.object({
        cpuNode: z.number().int().describe('Node whose CPUs read.'),
        memoryNode: z.number().int().describe('Node whose memory was read.'),
        point: bandwidthPointSchema.describe('The measurement.'),
      }),
    )
    .describe('Bandwidth by NUMA node; empty on one node or without numactl.'),
  notes: z.array(z.string()).describe('What a reader should know about these figures.'),
  durationMs: z.number().describe('Time the measurement took, in milliseconds.'),
});
export type Bandwidth = z.infer<typeof bandwidthSchema>;

const label = z.string().nullable();

export const hardFingerprintSchema = z.object({
  arch: z.string().describe('Processor architecture.'),
  vendor: label.describe('Processor vendor.'),
  family: label.describe('Processor family.'),
  model: label.describe('Processor model number and name.'),
  stepping: label.describe('Processor stepping.'),
  isa: z.string().describe('Instruction sets that engines use, separated by spaces.'),
  allowedCpus: cpuListText,
  threadsPerCore: z.number().int().describe('Threads a core (SMT).'),
  numaNodes: z.number().int().describe('NUMA nodes online.'),
  quotaCpus: z.number().nullable().describe('CPU quota in CPUs; null without one.'),
  ramClassGiB: z.number().nullable().describe('Memory limit rounded to 1, 1.5, 2, 3, 4, 6, 8, 12, … GiB.'),
});

export const softFingerprintSchema = z.object({
  kernel: label.describe('Kernel release.'),
  microcode: label.describe('Microcode revision.'),
  hypervisor: label.describe('Hypervisor.'),
  governor: label.describe('cpufreq governor.'),
  node: label.describe('Version of Node.'),
  allocators: z.string().describe('Usable allocators with their versions, separated by spaces.'),
});

export const fingerprintSchema = z.object({
  hash: z.string().describe('First 12 hexadecimal digits of the SHA-256 of the hard part.'),
  hard: hardFingerprintSchema.describe('Where these differ, speeds must not be compared.'),
  soft: softFingerprintSchema.describe('Where these differ, speeds may differ.'),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;
