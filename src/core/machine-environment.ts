import * as z from 'zod';
import { allocatorNameSchema } from './candidate.js';
import { factSchema } from './fact-schema.js';

/** What surrounds the process: limits, kernel knobs, virtualization, load, power, allocators and tools. */

const text = factSchema(z.string());
const whole = factSchema(z.number().int());
const yesNo = factSchema(z.boolean());

export const limitInputSchema = z.object({
  name: z.string().describe("What limits: 'affinity', 'cpuset', 'quota', 'cores', 'performance cores', …"),
  value: z.string().describe('Its value as text.'),
  cpus: z.number().nullable().describe('How many CPUs it allows; null when it sets no limit.'),
  source: z.string().describe('The file it came from.'),
});

const atMost = factSchema(z.number());

export const resourceLimitsSchema = z.object({
  startableTasks: atMost.describe(
    'Threads and processes that may still be started: the least of pids.max less pids.current over all cgroup levels, and of the limit of the user (RLIMIT_NPROC; root is exempt); -1 for no limit.',
  ),
  addressSpaceBytes: atMost.describe('Address space of a process (RLIMIT_AS), in bytes; -1 for no limit.'),
  dataBytes: atMost.describe('Private writable memory of a process (RLIMIT_DATA), in bytes; -1 for no limit.'),
  lockedBytes: atMost.describe(
    'Memory that may be locked (mlock, RLIMIT_MEMLOCK), in bytes; -1 for no limit or where CAP_IPC_LOCK lifts it.',
  ),
  openFiles: atMost.describe('Files and connections a process may hold open (RLIMIT_NOFILE); -1 for no limit.'),
  readBytesPerSecond: atMost.describe(
    'The least read rate that io.max (v1: blkio.throttle) sets for any device, over all cgroup levels, in bytes a second; -1 for no limit.',
  ),
});
export type ResourceLimits = z.infer<typeof resourceLimitsSchema>;

export const limitsSchema = z.object({
  quotaCpus: z
    .number()
    .nullable()
    .describe('CPU quota in CPUs (a fraction is kept): the least over all cgroup levels; null without one.'),
  threadBudget: z
    .number()
    .int()
    .describe(
      'Compute threads to use by default: allowed physical cores that pay (docs/probes.md), at most the quota rounded down and the threads that may be started, at least 1.',
    ),
  threadCeiling: z
    .number()
    .int()
    .describe(
      'The most threads that do not oversubscribe: allowed logical CPUs, at most the quota rounded down and the threads that may be started, at least 1.',
    ),
  inputs: z.array(limitInputSchema).describe('Everything that was weighed.'),
  reasons: z.array(z.string()).describe('How the budget came about, in words.'),
  isThrottled: yesNo.describe('True when the quota has stopped this cgroup at least once.'),
  throttledPeriods: whole.describe('Scheduling periods in which the quota stopped this cgroup, so far.'),
  throttledUs: whole.describe('Time the quota has stopped this cgroup, so far, in microseconds.'),
  resources: resourceLimitsSchema
    .optional()
    .describe('Limits other than CPUs and memory; absent in documents of version 0.1.0.'),
});

export const knobsSchema = z.object({
  governor: text.describe('cpufreq governor of the allowed CPUs; several are joined by a comma.'),
  scalingDriver: text.describe('cpufreq driver.'),
  energyPreference: text.describe('energy_performance_preference of the allowed CPUs; several are joined by a comma.'),
  isTurboOn: yesNo.describe('True when clocks above base are allowed.'),
  transparentHugePages: text.describe("'always', 'madvise' or 'never'."),
  transparentHugePagesDefrag: text.describe('When the kernel compacts memory for huge pages.'),
  swappiness: whole.describe('vm.swappiness.'),
  zoneReclaimMode: whole.describe('vm.zone_reclaim_mode.'),
  overcommitMemory: whole.describe('vm.overcommit_memory.'),
  maxMapCount: whole.describe('vm.max_map_count.'),
  numaBalancing: whole.describe('kernel.numa_balancing: 0 off; 1, 2, 3 kinds of balancing.'),
  smtControl: text.describe("'on', 'off', 'forceoff', 'notsupported' or 'notimplemented'."),
  isSmtActive: yesNo.describe('True when some core runs two threads.'),
  isolatedCpus: factSchema(z.array(z.number().int())).describe('CPUs taken out of the scheduler.'),
  nohzFullCpus: factSchema(z.array(z.number().int())).describe('CPUs without a timer tick.'),
  perfEventParanoid: whole.describe('kernel.perf_event_paranoid.'),
  isAutogroupOn: yesNo.describe('True when `nice` acts only within one session.'),
  clocksource: text.describe('Clock of the kernel; others than tsc (x86) make timers slow.'),
  mitigations: factSchema(z.array(z.string())).describe('Processor vulnerabilities whose mitigation is active.'),
  costlyMitigations: factSchema(z.array(z.string()))
    .optional()
    .describe("Active mitigations known to cost speed, each as the kernel words it: 'name: text'."),
  openMpVariables: factSchema(z.array(z.string())).describe(
    'Names of OMP_*, KMP_* and GOMP_* variables that are set; no backend reads them.',
  ),
});

export const virtualizationSchema = z.object({
  isContainer: yesNo.describe('True in a container of any kind.'),
  containerRuntime: text.describe("'docker', 'podman', 'containerd', 'lxc', …"),
  isVm: yesNo.describe('True in a virtual machine.'),
  hypervisor: text.describe("'kvm', 'vmware', 'hyper-v', 'xen', …"),
  isKubernetes: yesNo.describe('True in a Kubernetes pod.'),
  isWsl: yesNo.describe('True in the Windows Subsystem for Linux.'),
});

const pressureLineSchema = z.object({
  avg10: z.number().describe('Share of the last 10 s lost, in percent.'),
  avg60: z.number().describe('Share of the last 60 s lost, in percent.'),
  avg300: z.number().describe('Share of the last 300 s lost, in percent.'),
  totalUs: z.number().describe('Time lost since boot, in microseconds.'),
});
export const pressureSchema = z.object({
  some: pressureLineSchema.describe('Time in which at least one task waited.'),
  full: pressureLineSchema
    .nullable()
    .describe('Time in which all tasks waited; null when the kernel has no such line.'),
});
export type Pressure = z.infer<typeof pressureSchema>;

export const loadSchema = z.object({
  loadAverage: factSchema(z.array(z.number())).describe('Runnable tasks, averaged over 1, 5 and 15 minutes.'),
  stealShare: factSchema(z.number()).describe(
    'Share of CPU time since boot that the hypervisor gave to others, 0 to 1.',
  ),
  cpuPressure: factSchema(pressureSchema).describe('Pressure stall information for CPU.'),
  memoryPressure: factSchema(pressureSchema).describe('Pressure stall information for memory.'),
  ioPressure: factSchema(pressureSchema).describe('Pressure stall information for input and output.'),
  cgroupCpuPressure: factSchema(pressureSchema).describe('Pressure stall information for CPU of this cgroup.'),
});

export const powerSchema = z.object({
  energyZones: factSchema(
    z.array(
      z.object({
        name: z.string().describe('package-0, core, dram, psys, …'),
        path: z.string().describe('Folder of the powercap zone.'),
        isReadable: z.boolean().describe('False when only root may read it.'),
        maxMicrojoules: z.number().nullable().describe('Where the counter wraps, in microjoules; null when unknown.'),
      }),
    ),
  ).describe('Energy counters (RAPL). psys contains the packages and must not be added to them.'),
  temperatures: factSchema(z.array(z.object({ name: z.string(), celsius: z.number() }))).describe(
    'Thermal sensors now.',
  ),
  thermalThrottleEvents: whole.describe('Times a core or package was slowed for heat since boot, summed.'),
});

export const gpusSchema = factSchema(
  z.array(
    z.object({
      vendor: z.string().describe('NVIDIA, AMD or Intel.'),
      model: z.string().nullable().describe("The driver's name of it; null when no driver says one."),
      address: z.string().describe('Its address on the PCI bus.'),
    }),
  ),
);

export const foundAllocatorSchema = z.object({
  name: allocatorNameSchema.exclude(['glibc']).describe('Which allocator.'),
  variant: z.string().describe("The library's own name, for example tcmalloc_minimal."),
  path: z.string().describe('The library file, links resolved.'),
  version: z.string().nullable().describe('Version in its file name; null when there is none.'),
  usable: z.boolean().describe('True when it fits the processor, word size and C library of this machine.'),
  reason: z.string().optional().describe('Why it is not usable.'),
});
export type FoundAllocator = z.infer<typeof foundAllocatorSchema>;

export const toolSchema = z.object({
  name: z.string().describe('Name of the program.'),
  path: z.string().describe('Where it was found on PATH.'),
});
