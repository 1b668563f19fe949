import * as z from 'zod';
import {
  foundAllocatorSchema,
  gpusSchema,
  knobsSchema,
  limitsSchema,
  loadSchema,
  powerSchema,
  toolSchema,
  virtualizationSchema,
} from './machine-environment.js';
import { adviceSchema, bandwidthSchema, bindingArmSchema, fingerprintSchema } from './machine-findings.js';
import {
  cachesSchema,
  cpuSchema,
  memorySchema,
  numaSchema,
  platformSchema,
  topologySchema,
} from './machine-hardware.js';
import { MACHINE_SCHEMA_VERSION } from './machine-version.js';

export const machineSchema = z.object({
  schemaVersion: z.literal(MACHINE_SCHEMA_VERSION).describe('Version of this format.'),
  kind: z.literal('r1-tune/machine').describe('What this document is.'),
  isLive: z.boolean().describe('True when the running machine was probed, false for a recorded one.'),
  probedAt: z.string().nullable().describe('When it was probed, ISO 8601; null for a recorded machine.'),
  platform: platformSchema.describe('Operating system and runtime.'),
  cpu: cpuSchema.describe('The processor.'),
  topology: topologySchema.describe('Logical CPUs, cores, packages and what of them may be used.'),
  caches: cachesSchema.describe('Caches and who shares them.'),
  numa: numaSchema.describe('Memory nodes.'),
  memory: memorySchema.describe('Memory and its limits.'),
  limits: limitsSchema.describe('How many threads may be used, and why.'),
  knobs: knobsSchema.describe('Settings of the kernel.'),
  virtualization: virtualizationSchema.describe('Container and virtual machine; both can hold.'),
  load: loadSchema.describe('What else the machine is doing.'),
  power: powerSchema.describe('Energy counters and heat.'),
  gpus: gpusSchema
    .optional()
    .describe('GPUs, integrated ones included; none is used. Absent in documents of version 0.1.0.'),
  allocators: z.array(foundAllocatorSchema).describe('Memory allocators that could be preloaded, usable ones first.'),
  tools: z.array(toolSchema).describe('Programs found that r1-tune can use.'),
  bindings: z.array(bindingArmSchema).describe('Named ways to bind a process here, impossible ones with the reason.'),
  advice: z.array(adviceSchema).describe('What about this machine will hurt, worst first.'),
  bandwidth: bandwidthSchema.nullable().describe('Measured memory bandwidth; null when it was not measured.'),
  fingerprint: fingerprintSchema.describe('What identifies this machine for comparisons.'),
});
export type Machine = z.infer<typeof machineSchema>;

export type { FoundAllocator, Pressure, ResourceLimits } from './machine-environment.js';
export type { Advice, Bandwidth, BandwidthPoint, BindingArm, Fingerprint } from './machine-findings.js';
export type { CoreKind, CpuEntry, Isa, MemoryKind, NumaNode } from './machine-hardware.js';
