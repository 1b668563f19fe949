import { formatCpuList } from '../core/cpu-list.js';
import type { BindingArm, CpuEntry, Machine } from '../core/machine.js';
import { groupBy } from './group-by.js';
import { defineProbe } from './probe.js';

type Memory = BindingArm['memory'];
/** What an arm would do, before this machine is asked whether it can. An arm with a `reason` makes no sense here. */
type Plan = { name: string; description: string; cpus: CpuEntry[]; memory?: Memory; reason?: string };

/** Named bindings that follow from the topology. Arms that mean the same are merged; impossible ones keep their reason. */
export const bindingsProbe = defineProbe(
  'bindings',
  ['platform', 'topology', 'numa', 'tools'],
  (_host, machine): BindingArm[] => {
    const tools = new Set(machine.tools.map((tool) => tool.name));
    const first = new Map<string, string>();
    return plans(machine.topology, machine.numa, tools.has('numactl')).map((plan) => {
      const arm = toArm(plan, machine.topology, tools, machine.platform.os);
      const meaning = `${formatCpuList(plan.cpus.map((cpu) => cpu.id))} ${JSON.stringify(plan.memory ?? null)}`;
      const twin = arm.available ? first.get(meaning) : undefined;
      if (arm.available && twin === undefined) first.set(meaning, plan.name);
      return twin === undefined
        ? arm
        : { ...arm, available: false, sameAs: twin, reason: `means the same as ${twin} on this machine` };
    });
  },
);

function plans(topology: Machine['topology'], numa: Machine['numa'], hasNumactl: boolean): Plan[] {
  const allowed = topology.cpus.filter((cpu) => cpu.isAllowed);
  const performance = allowed.filter((cpu) => cpu.kind === 'performance');
  const compute = performance.length > 0 ? performance : allowed;
  const hasKinds = performance.length > 0 && performance.length < allowed.length;
  const memoryNodes = topology.allowed.memoryNodes;
  const node = largest(allowed, (cpu) => cpu.node);
  const ownMemory = node[0]?.node !== null && memoryNodes.includes(node[0]?.node ?? -1);
  const severalNodes = numa.nodes.length > 1;
  return [
    { name: 'none', description: 'Leaves the affinity as it is.', cpus: allowed },
    { name: 'one-per-core', description: 'One logical CPU of every physical core.', cpus: onePerCore(allowed) },
    {
      name: 'p-cores',
      description: 'One logical CPU of every performance core.',
      cpus: onePerCore(compute),
      ...(hasKinds
        ? {}
        : { reason: performance.length > 0 ? 'all allowed cores are of one kind' : 'no performance core is allowed' }),
    },
    { name: 'all-smt', description: 'Every allowed logical CPU, SMT siblings included.', cpus: allowed },
    packageArm(allowed),
    {
      name: 'one-node',
      description: `The CPUs of the NUMA node with the most allowed cores${severalNodes && hasNumactl && ownMemory ? ', and its memory' : '; memory follows by first touch'}.`,
      cpus: node,
      ...(severalNodes && hasNumactl && ownMemory ? { memory: { policy: 'bind', nodes: String(node[0]!.node) } } : {}),
      ...(severalNodes ? {} : { reason: 'the machine shows one NUMA node' }),
    },
    cacheArm(
      'one-l3',
      'The CPUs of the last-level cache with the most allowed cores.',
      largest(allowed, (cpu) => cpu.llc),
      topology,
    ),
    cacheArm(
      'one-per-l3',
      'One core of every last-level cache: the most cache and fabric links a thread.',
      onePerCache(compute),
      topology,
    ),
    {
      name: 'interleave',
      description: 'Every allowed CPU, memory pages dealt out over all allowed nodes.',
      cpus: allowed,
      memory: { policy: 'interleave', nodes: formatCpuList(memoryNodes) },
      ...(memoryNodes.length > 1 ? {} : { reason: 'memory may come from one NUMA node only' }),
    },
  ];
}

function packageArm(allowed: CpuEntry[]): Plan {
  const packages = new Set(allowed.map((cpu) => cpu.package)).size;
  return {
    name: 'one-package',
    description: 'The CPUs of the package (socket) with the most allowed cores.',
    cpus: largest(allowed, (cpu) => cpu.package),
    ...(packages > 1 ? {} : { reason: 'one package is allowed' }),
  };
}

function cacheArm(name: string, description: string, cpus: CpuEntry[], { allowed }: Machine['topology']): Plan {
  const reason =
    allowed.llcDomains === 0
      ? 'no level 3 cache is shown'
      : allowed.llcDomains === 1
        ? 'one level 3 cache is reachable'
        : undefined;
  return { name, description, cpus, ...(reason === undefined ? {} : { reason }) };
}

function toArm(plan: Plan, topology: Machine['topology'], tools: Set<string>, os: string): BindingArm {
  const isWhole = plan.cpus.length === topology.allowed.cpus.length;
  const tool = plan.memory ? 'numactl' : plan.name === 'none' ? 'none' : 'taskset';
  const reason = plan.reason ?? toolReason(tool, tools, os);
  return {
    name: plan.name,
    tool,
    cpus: plan.name === 'none' || (plan.memory && isWhole) ? null : formatCpuList(plan.cpus.map((cpu) => cpu.id)),
    memory: plan.memory ?? null,
    cpuCount: plan.cpus.length,
    coreCount: new Set(plan.cpus.map((cpu) => cpu.core)).size,
    available: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    description: plan.description,
  };
}

function toolReason(tool: BindingArm['tool'], tools: Set<string>, os: string): string | undefined {
  if (tool === 'none' || (os === 'linux' && tools.has(tool))) return undefined;
  if (os !== 'linux') return `${os} has no way to bind a process from outside`;
  return `${tool} is not installed (package ${tool === 'taskset' ? 'util-linux' : 'numactl'})`;
}

function onePerCore(cpus: CpuEntry[]): CpuEntry[] {
  return [...groupBy(cpus, (cpu) => cpu.core).values()].map((siblings) => siblings[0]!);
}

function onePerCache(cpus: CpuEntry[]): CpuEntry[] {
  return [
    ...groupBy(
      cpus.filter((cpu) => cpu.llc !== null),
      (cpu) => cpu.llc,
    ).values(),
  ].map((sharers) => sharers[0]!);
}

/** The group with the most cores, performance cores first; of equals the one with the lowest CPU. */
function largest(cpus: CpuEntry[], keyOf: (cpu: CpuEntry) => number | null): CpuEntry[] {
  const cores = (group: CpuEntry[]) => new Set(group.map((cpu) => cpu.core)).size;
  const strength = (group: CpuEntry[]) =>
    cores(group.filter((cpu) => cpu.kind === 'performance')) * 10_000 + cores(group);
  const groups = [
    ...groupBy(
      cpus.filter((cpu) => keyOf(cpu) !== null),
      keyOf,
    ).values(),
  ];
  return groups.reduce((best, group) => (strength(group) > strength(best) ? group : best), groups[0] ?? cpus);
}
