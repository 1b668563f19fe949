import type { AdviceRule } from './rule.js';

const AUTOMAXPROCS =
  'ollama #17916 (8 threads under a 4-CPU quota: 0.27 tok/s, 4 threads: 12.07), kernel cgroup-v2.rst cpu.max';
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
      message: `A CPU quota of ${rounded(limits.quotaCpus)} CPUs lies below the ${cpus} CPUs that programs see here.`,
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
      message: `The CPU quota has already stopped this group in ${limits.throttledPeriods.value} periods.`,
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
      message: `CPUs of node ${remote.join(', ')} are allowed, but memory only from node ${memory.join(', ')}.`,
      cause: 'Every weight then crosses the link between nodes for each token.',
      mend: "Set cpuset.cpus and cpuset.mems of the container to the same nodes (Kubernetes: topology manager 'single-numa-node').",
      cite: 'kernel cgroup-v2.rst cpuset.mems',
    };
  },
  ({ memory }) => {
    const usable = memory.usableBytes.value;
    const limit = memory.limitBytes.value;
    if (usable === null || limit === null || usable >= 0.25 * limit) return null;
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
];
