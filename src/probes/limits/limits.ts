import { known, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readQuota, readThrottling, type Throttling } from './cgroup-quota.js';
import { computeCores } from './compute-cores.js';
import { type Budget, inputsOf, reasonsOf } from './reasons.js';
import { readResources } from './resources.js';
import { NO_LIMIT } from './rlimits.js';

type Limits = Machine['limits'];

/** Threads that a process of r1-tune has beside those that compute: Node's main thread, V8's and libuv's workers. */
const OWN_TASKS = 16;

/**
 * The one place where affinity, cpuset, quota, SMT, core kinds and task limits become a number of threads.
 * The quota is rounded down: one thread too many burns the quota in its spin loops and the kernel then stops them all.
 */
export function probeLimits(host: Host, { cpu, topology }: Pick<Machine, 'cpu' | 'topology'>): Limits {
  const quota = readQuota(host);
  const resources = readResources(host);
  const tasks = resources.startableTasks;
  const budget: Budget = {
    quota,
    compute: computeCores(host, { cpu, topology }),
    byQuota: quota.cpus === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(quota.cpus)),
    byTasks:
      tasks.value === null || tasks.value === NO_LIMIT
        ? Number.POSITIVE_INFINITY
        : Math.max(1, tasks.value - OWN_TASKS),
    tasks,
  };
  const { byQuota, byTasks } = budget;
  return {
    quotaCpus: quota.cpus,
    threadBudget: Math.min(budget.compute.count, byQuota, byTasks),
    threadCeiling: Math.min(topology.allowed.cpus.length, byQuota, byTasks),
    inputs: inputsOf(topology, budget),
    reasons: reasonsOf(topology, budget),
    ...throttlingFacts(host),
    resources,
  };
}

function throttlingFacts(host: Host): Pick<Limits, 'isThrottled' | 'throttledPeriods' | 'throttledUs'> {
  const seen: Throttling | undefined = readThrottling(host);
  if (!seen)
    return {
      isThrottled: unknown('cpu.stat'),
      throttledPeriods: unknown('cpu.stat'),
      throttledUs: unknown('cpu.stat'),
    };
  return {
    isThrottled: known(seen.periods > 0, seen.source),
    throttledPeriods: known(seen.periods, seen.source),
    throttledUs: known(Math.round(seen.throttledUs), seen.source),
  };
}
