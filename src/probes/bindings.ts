import { formatCpuList } from '../core/cpu-list.js';
import { groupBy } from '../core/group-by.js';
import type { BindingArm, CpuEntry, Machine } from '../core/machine.js';
import { MEMORY_KINDS } from '../core/memory-kinds.js';
import type { Host } from '../core/ports.js';
import { sharesCpus } from './memory/numa.js';
import { hasPrograms } from './programs/tools.js';

/** What an arm would do, before this machine is asked whether it can. A plan with a `reason` makes no sense here. */
type Plan = { name: string; description: string; cpus: CpuEntry[]; memory?: BindingArm['memory']; reason?: string };
type Tools = { os: string; has(tool: string): boolean };

/** Named bindings that follow from the topology. Arms that mean the same are merged; impossible ones keep their reason. */
export function probeBindings(
  host: Host,
  { platform, topology, numa, tools }: Pick<Machine, 'platform' | 'topology' | 'numa' | 'tools'>,
): BindingArm[] {
  const isKnown = hasPrograms(host);
  const found: Tools = {
    os: platform.os,
    has: (name) => !isKnown || tools.some((tool) => tool.name === name),
  };
  return merged(plans(topology, numa, found.has('numactl')), (plan) => toArm(plan, topology, found));
}

/** An arm with the same CPUs and the same memory policy as an earlier one need not be tried. */
function merged(plans: Plan[], toArm: (plan: Plan) => BindingArm): BindingArm[] {
  const first = new Map<string, string>();
  return plans.map((plan) => {
    const arm = toArm(plan);
    const meaning = `${formatCpuList(plan.cpus.map((cpu) => cpu.id))} ${JSON.stringify(plan.memory ?? null)}`;
    const twin = plan.reason === undefined ? first.get(meaning) : undefined;
    if (plan.reason === undefined && twin === undefined) first.set(meaning, plan.name);
    if (twin === undefined) return arm;
    return { ...arm, available: false, sameAs: twin, reason: `means the same as ${twin} on this machine` };
  });
}

function plans(topology: Machine['topology'], numa: Machine['numa'], hasNumactl: boolean): Plan[] {
  const allowed = topology.cpus.filter((cpu) => cpu.isAllowed);
  const performance = allowed.filter((cpu) => cpu.kind === 'performance');
  return [
    { name: 'none', description: 'Leaves the affinity as it is.', cpus: allowed },
    { name: 'one-per-core', description: 'One logical CPU of every physical core.', cpus: onePerCore(allowed) },
    {
      name: 'p-cores',
      description: 'One logical CPU of every performance core.',
      cpus: onePerCore(performance),
      ...(performance.length > 0 ? {} : { reason: 'no performance core is allowed' }),
    },
    { name: 'all-smt', description: 'Every allowed logical CPU, SMT siblings included.', cpus: allowed },
    {
      name: 'one-package',
      description: 'The CPUs of the package (socket) with the most allowed cores.',
      cpus: largest(allowed, (cpu) => cpu.package),
    },
    nodePlan(allowed, topology, numa, hasNumactl),
    ...cachePlans(allowed, performance, topology),
    interleavePlan(allowed, numa),
    ...memoryPlans(allowed, numa),
  ];
}

function nodePlan(
  allowed: CpuEntry[],
  { machine, allowed: mine }: Machine['topology'],
  numa: Machine['numa'],
  hasNumactl: boolean,
): Plan {
  const cpus = largest(allowed, (cpu) => cpu.node);
  const node = cpus[0]?.node;
  const isWhole = machine.nodes === 1 || sharesCpus(numa);
  const bindsMemory = !isWhole && hasNumactl && node != null && mine.memoryNodes.includes(node);
  return {
    name: 'one-node',
    description: `The CPUs of the NUMA node with the most allowed cores${bindsMemory ? ', and its memory' : '; its memory by first touch'}.`,
    cpus,
    ...(bindsMemory ? { memory: { policy: 'bind', nodes: String(node) } } : {}),
  };
}

function cachePlans(allowed: CpuEntry[], performance: CpuEntry[], topology: Machine['topology']): Plan[] {
  const domains = topology.allowed.llcDomains;
  const none = domains === 0 ? { reason: 'no level 3 cache is shown' } : {};
  return [
    {
      name: 'one-l3',
      description: 'The CPUs of the last-level cache with the most allowed cores.',
      cpus: largest(allowed, (cpu) => cpu.llc),
      ...none,
    },
    {
      name: 'one-per-l3',
      description: 'One core of every last-level cache: the most cache and memory links a thread.',
      cpus: onePerCache(performance.length > 0 ? performance : allowed),
      ...(domains === 1 ? { reason: 'one level 3 cache is reachable: that would be a single core' } : none),
    },
  ];
}

/** Pages go to nodes that have CPUs: HBM, CXL, persistent and GPU memory are arms of their own, never a part of this one. */
function interleavePlan(allowed: CpuEntry[], numa: Machine['numa']): Plan {
  const nodes = numa.nodes.filter((node) => node.isMemoryAllowed && node.kind === 'cpu-and-memory').map(({ id }) => id);
  return {
    name: 'interleave',
    description: 'Every allowed CPU, memory pages dealt out over all allowed nodes that have CPUs.',
    cpus: allowed,
    ...(nodes.length > 0 ? { memory: { policy: 'interleave', nodes: formatCpuList(nodes) } } : {}),
    ...(nodes.length > 1 ? {} : { reason: 'memory may come from one NUMA node with CPUs only' }),
  };
}

/** One arm for each kind of memory that stands in nodes without CPUs. */
function memoryPlans(allowed: CpuEntry[], numa: Machine['numa']): Plan[] {
  const apart = numa.nodes.filter((node) => node.isMemoryAllowed && node.kind === 'memory-only');
  return [...groupBy(apart, (node) => node.memoryKind?.value ?? null)].map(([kind, nodes]) => {
    const list = formatCpuList(nodes.map((node) => node.id));
    const isGpu = kind === 'gpu';
    return {
      name: kind === null ? 'memory-only' : `${kind}-memory`,
      description: `Every allowed CPU, memory from ${kind === null ? 'nodes without CPUs' : MEMORY_KINDS[kind]} (node ${list}).`,
      cpus: allowed,
      memory: { policy: nodes.length > 1 ? 'interleave' : 'bind', nodes: list },
      ...(isGpu ? { reason: 'the memory of a GPU: tried only when its nodes are named' } : {}),
    };
  });
}

function toArm(plan: Plan, topology: Machine['topology'], tools: Tools): BindingArm {
  const isWhole = plan.cpus.length === topology.allowed.cpus.length;
  const tool = plan.memory ? 'numactl' : plan.name === 'none' ? 'none' : 'taskset';
  const reason = plan.reason ?? toolReason(tool, tools);
  // An arm that no CPU is left for is not available; an empty list is no list.
  const leavesCpus = plan.name === 'none' || plan.cpus.length === 0 || (plan.memory && isWhole);
  return {
    name: plan.name,
    tool,
    cpus: leavesCpus ? null : formatCpuList(plan.cpus.map((cpu) => cpu.id)),
    memory: plan.memory ?? null,
    cpuCount: plan.cpus.length,
    coreCount: new Set(plan.cpus.map((cpu) => cpu.core)).size,
    available: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    description: plan.description,
  };
}

function toolReason(tool: BindingArm['tool'], { os, has }: Tools): string | undefined {
  if (tool === 'none') return undefined;
  if (os !== 'linux') return `${os} has no way to bind a process from outside`;
  return has(tool) ? undefined : `${tool} is not installed (package ${tool === 'taskset' ? 'util-linux' : 'numactl'})`;
}

function onePerCore(cpus: CpuEntry[]): CpuEntry[] {
  return [...groupBy(cpus, (cpu) => cpu.core).values()].map((siblings) => siblings[0]!);
}

function onePerCache(cpus: CpuEntry[]): CpuEntry[] {
  const cached = cpus.filter((cpu) => cpu.llc !== null);
  return [...groupBy(cached, (cpu) => cpu.llc).values()].map((sharers) => sharers[0]!);
}

/** The group with the most cores, performance cores first; of equals the one with the lowest CPU. */
function largest(cpus: CpuEntry[], keyOf: (cpu: CpuEntry) => number | null): CpuEntry[] {
  const cores = (group: CpuEntry[]) => new Set(group.map((cpu) => cpu.core)).size;
  const strength = (group: CpuEntry[]) =>
    cores(group.filter((cpu) => cpu.kind === 'performance')) * 10_000 + cores(group);
  const placed = cpus.filter((cpu) => keyOf(cpu) !== null);
  const groups = [...groupBy(placed, keyOf).values()];
  return groups.reduce((best, group) => (strength(group) > strength(best) ? group : best), groups[0] ?? cpus);
}
