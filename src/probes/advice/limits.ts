import { formatCpuList } from '../../core/cpu-list.js';
import { formatBytes, formatDuration } from '../../core/units.js';
import type { AdviceRule } from './rule.js';

/** Room for every distilled model of the family with its cache: then the share that is left does not matter. */
const AMPLE_BYTES = 96 * 1024 ** 3;
const AUTOMAXPROCS =
  'ollama #17916 (8 threads under a 4-CPU quota: 0.27 tok/s, 4 threads: 12.07), kernel cgroup-v2.rst cpu.max';
/** Threads that a process of r1-tune has beside those that compute. */
const OWN_TASKS = 16;
const FEW_FILES = 256;
/** A plain SATA disk reads as fast. */
const SLOW_READS = 200e6;
const rounded = (cpus: number) => Math.round(cpus * 100) / 100;

/** What a cgroup or cpuset takes away. */
export const limitRules: AdviceRule[] = [
  ({ limits, topology }) => {
    const cpus = topology.allowed.cpus.length;
    if (limits.quotaCpus === null || limits.quotaCpus >= cpus) return null;
    return {
      id: 'quota-below-cpus',
      severity: 'problem',
      fact: 'limits.quotaCpus',
      message: `A CPU quota of ${rounded(limits.quotaCpus)} CPU${limits.quotaCpus === 1 ? '' : 's'} lies below the ${cpus} CPUs that programs see here.`,
      cause:
        'Engines start a thread for every CPU they see; these burn the quota early in each period and then all stand still.',
      mend: `Use ${limits.threadBudget} thread${limits.threadBudget === 1 ? '' : 's'} (r1-tune does), raise the limit, or give whole CPUs by cpuset (Kubernetes: static CPU manager, Guaranteed pod).`,
      cite: AUTOMAXPROCS,
    };
  },
  ({ limits }) => {
    if (limits.quotaCpus === null || Number.isInteger(limits.quotaCpus)) return null;
    return {
      id: 'quota-fractional',
      severity: limits.quotaCpus < 1 ? 'problem' : 'warning',
      fact: 'limits.quotaCpus',
      message: `The CPU quota of ${rounded(limits.quotaCpus)} is not a whole number of CPUs.`,
      cause:
        limits.quotaCpus < 1
          ? 'Even one thread is stopped in every period, so tokens come in bursts.'
          : 'The fraction cannot be used: one more thread would be stopped in every period.',
      mend: 'Ask for a whole number of CPUs.',
      cite: 'kernel sched-bwc.rst',
    };
  },
  ({ limits }) => {
    if (!limits.isThrottled.value) return null;
    return {
      id: 'quota-throttled',
      severity: 'warning',
      fact: 'limits.throttledPeriods',
      message: `The CPU quota has already stopped this group in ${limits.throttledPeriods.value} period${limits.throttledPeriods.value === 1 ? '' : 's'}.`,
      cause: 'A stopped group produces no tokens until the next period, mostly 100 ms.',
      mend: 'Lower the threads of everything that runs in this group, or raise the quota.',
      cite: 'kernel cgroup-v2.rst cpu.stat nr_throttled',
    };
  },
  ({ topology, numa }) => {
    const memory = topology.allowed.memoryNodes;
    const remote = topology.allowed.nodes.filter(
      (node) => !memory.includes(node) && numa.nodes.find(({ id }) => id === node)?.kind === 'cpu-and-memory',
    );
    if (remote.length === 0 || memory.length === 0) return null;
    return {
      id: 'memory-is-remote',
      severity: 'problem',
      fact: 'topology.allowed.memoryNodes',
      message: `CPUs of node ${formatCpuList(remote)} are allowed, but memory only from node ${formatCpuList(memory)}.`,
      cause: 'Every weight then crosses the link between nodes for each token.',
      mend: "Set cpuset.cpus and cpuset.mems of the container to the same nodes (Kubernetes: topology manager 'single-numa-node').",
      cite: 'kernel cgroup-v2.rst cpuset.mems',
    };
  },
  ({ memory }) => {
    const usable = memory.usableBytes.value;
    const limit = memory.limitBytes.value;
    if (usable === null || limit === null || usable >= Math.min(0.25 * limit, AMPLE_BYTES)) return null;
    return {
      id: 'memory-nearly-full',
      severity: 'warning',
      fact: 'memory.usableBytes',
      message: `${Math.round((100 * usable) / limit)} % of the memory limit is left.`,
      cause: 'A model that does not fit is read from disk again for every token, or killed.',
      mend: 'Stop what holds the memory, raise the limit, or choose a smaller quantization.',
      cite: 'kernel cgroup-v2.rst memory.max',
    };
  },
  ({ limits, topology }) => {
    const tasks = limits.resources?.startableTasks;
    if (!tasks || tasks.value === null || tasks.value < 0 || tasks.value >= topology.allowed.cpus.length + OWN_TASKS)
      return null;
    return {
      id: 'threads-limit',
      severity: 'problem',
      fact: 'limits.resources.startableTasks',
      message: `Only ${tasks.value} more threads may start here, and there are ${topology.allowed.cpus.length} CPUs.`,
      cause: 'An engine that starts a thread for every CPU fails or crashes when the kernel refuses one.',
      mend: `Raise ${tasks.source.startsWith('/proc') ? 'ulimit -u' : 'pids.max (docker --pids-limit, Kubernetes podPidsLimit)'}, or use fewer threads (r1-tune does).`,
      cite: 'kernel cgroup-v2.rst pids.max, getrlimit(2) RLIMIT_NPROC',
    };
  },
  ({ limits, memory }) => {
    const space = limits.resources?.addressSpaceBytes.value ?? -1;
    const total = memory.totalBytes.value;
    if (space < 0 || (total !== null && space >= 2 * total)) return null;
    return {
      id: 'address-space-limited',
      severity: 'problem',
      fact: 'limits.resources.addressSpaceBytes',
      message: `A process may have ${formatBytes(space)} of address space.`,
      cause: 'Mapped weights, reserved memory and Node itself all count: loading fails although memory is free.',
      mend: 'ulimit -v unlimited (systemd: LimitAS=infinity) before r1-tune starts.',
      cite: 'getrlimit(2) RLIMIT_AS',
    };
  },
  ({ limits }) => {
    const files = limits.resources?.openFiles.value ?? -1;
    if (files < 0 || files >= FEW_FILES) return null;
    return {
      id: 'open-files-few',
      severity: 'warning',
      fact: 'limits.resources.openFiles',
      message: `A process may hold ${files} file${files === 1 ? '' : 's'} open.`,
      cause: 'Every connection of a server and every pipe of a worker is one.',
      mend: 'ulimit -n 65536 (systemd: LimitNOFILE=).',
      cite: 'getrlimit(2) RLIMIT_NOFILE',
    };
  },
  ({ limits }) => {
    const rate = limits.resources?.readBytesPerSecond;
    if (!rate || rate.value === null || rate.value < 0 || rate.value >= SLOW_READS) return null;
    return {
      id: 'reads-limited',
      severity: 'warning',
      fact: 'limits.resources.readBytesPerSecond',
      message: `Reading from disk is limited to ${formatBytes(rate.value)} a second.`,
      cause: `A model of 5 GiB loads for ${formatDuration((5 * 1024 ** 3 * 1000) / rate.value)}; one that does not stay in memory is read again and again.`,
      mend: 'Raise io.max of the group (docker --device-read-bps), and keep the model in memory.',
      cite: 'kernel cgroup-v2.rst io.max',
    };
  },
];
