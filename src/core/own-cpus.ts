import type { Binding } from './candidate.js';
import { formatCpuList } from './cpu-list.js';
import type { Machine } from './machine.js';

/** The binding that gives each replica CPUs of its own and leaves nothing else as it is bound. */
export const OWN_CPUS = 'own-cpus';

/** Every allowed CPU, to be divided between the replicas. */
export const ownCpus = (machine: Machine): Binding => ({
  name: OWN_CPUS,
  tool: 'taskset',
  cpus: formatCpuList(machine.topology.allowed.cpus),
  memory: null,
});
