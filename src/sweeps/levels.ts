import { type Allocator, type Binding, type Candidate, NO_BINDING, SYSTEM_ALLOCATOR } from '../core/candidate.js';
import { formatCpuList, parseCpuList } from '../core/cpu-list.js';
import type { Machine } from '../core/machine.js';
import type { Exclusion } from '../core/run-result.js';
import type { AskedAxes, ThreadPlacement } from './axes.js';
import { OWN_CPUS } from './replica-shares.js';
import { threadLadder } from './thread-ladder.js';

/** Values of each knob to combine. A missing knob keeps its base value. */
export type Levels = Partial<{
  [K in keyof Omit<Candidate, 'backend' | 'quant' | 'onnx' | 'threadPlacement'>]: readonly Candidate[K][];
}> & {
  spinning?: readonly boolean[];
  threadPlacement?: readonly ThreadPlacement[];
};

function allocatorLevels(asked: AskedAxes['allocators'], machine: Machine, excluded: Exclusion[]): Allocator[] {
  const names = asked === 'auto' ? (['glibc', 'jemalloc', 'tcmalloc', 'mimalloc'] as const) : asked;
  return names.flatMap((name): Allocator[] => {
    if (name === 'glibc') return [SYSTEM_ALLOCATOR];
    const found = machine.allocators.find((a) => a.name === name && a.usable);
    if (found) return [{ name, path: found.path }];
    const reason = machine.allocators.find((a) => a.name === name)?.reason ?? 'it is not installed';
    excluded.push({ axis: 'allocator', value: name, reason, configurations: 0 });
    return [];
  });
}

function unbindable(binding: Binding, machine: Machine): string | null {
  if (binding.tool === 'none') return null;
  if (machine.platform.os !== 'linux') return `unsupported here: ${binding.tool} exists on Linux only`;
  if (!machine.tools.some((tool) => tool.name === binding.tool)) return `${binding.tool} is not installed`;
  const allowed = new Set(machine.topology.allowed.cpus);
  const foreign = binding.cpus ? parseCpuList(binding.cpus).filter((cpu) => !allowed.has(cpu)) : [];
  return foreign.length > 0 ? `this process may not run on CPU ${foreign.join(', ')}` : null;
}

/** Every allowed CPU, to be divided between the replicas. */
export const ownCpus = (machine: Machine): Binding => ({
  name: OWN_CPUS,
  tool: 'taskset',
  cpus: formatCpuList(machine.topology.allowed.cpus),
  memory: null,
});

function bindingLevels(
  asked: AskedAxes['bindings'],
  replicas: AskedAxes['replicas'],
  machine: Machine,
  excluded: Exclusion[],
): Binding[] {
  const refuse = (value: string, reason: string): Binding[] => {
    excluded.push({ axis: 'binding', value, reason, configurations: 0 });
    return [];
  };
  if (asked !== 'auto')
    return asked.flatMap((binding) => {
      const reason = unbindable(binding, machine);
      return reason ? refuse(binding.name, reason) : [binding];
    });
  const own =
    replicas === 'auto' || Math.max(...replicas) === 1
      ? []
      : bindingLevels([ownCpus(machine)], 'auto', machine, excluded);
  const arms = machine.bindings.filter((arm) => arm.name !== NO_BINDING.name);
  return [
    NO_BINDING,
    ...own,
    ...arms.flatMap((arm) => {
      if (arm.available) return [{ name: arm.name, tool: arm.tool, cpus: arm.cpus, memory: arm.memory }];
      return refuse(
        arm.name,
        arm.sameAs ? `means the same as ${arm.sameAs} on this machine` : (arm.reason ?? 'not available'),
      );
    }),
  ];
}

/** glibc's default thread attributes carry CPUs to threads that an engine creates by itself; nobody else's do. */
function unplaceable({ platform }: Machine): string | null {
  if (platform.os !== 'linux') return 'unsupported here: it needs Linux';
  return platform.libc.value === 'musl' ? "unsupported here: it needs glibc, this system's C library is musl" : null;
}

function placementLevels(
  asked: AskedAxes['threadPlacement'],
  machine: Machine,
  excluded: Exclusion[],
): ThreadPlacement[] {
  const values: readonly ThreadPlacement[] = asked === 'auto' ? ['none', 'apart'] : asked;
  const reason = unplaceable(machine);
  return values.filter((value) => {
    if (value === 'none' || reason === null) return true;
    excluded.push({ axis: 'thread-placement', value, reason, configurations: 0 });
    return false;
  });
}

/** Asked axes → values on this machine. What cannot be had goes to `excluded` with the reason. */
export function levelsOf(axes: AskedAxes, machine: Machine, excluded: Exclusion[]): Levels {
  const levels: Levels = {
    threads: axes.threads === 'auto' ? threadLadder(machine) : axes.threads,
    binding: bindingLevels(axes.bindings, axes.replicas, machine, excluded),
    allocator: allocatorLevels(axes.allocators, machine, excluded),
    threadPlacement: placementLevels(axes.threadPlacement, machine, excluded),
  };
  if (axes.threadsBatch !== 'auto') levels.threadsBatch = axes.threadsBatch;
  if (axes.isa !== 'auto') levels.isa = axes.isa;
  if (axes.kvType !== 'auto') levels.kvType = axes.kvType;
  if (axes.flashAttention !== 'auto') levels.flashAttention = axes.flashAttention;
  if (axes.batch !== 'auto') levels.batch = axes.batch;
  if (axes.mmap !== 'auto') levels.mmap = axes.mmap;
  if (axes.mlock !== 'auto') levels.mlock = axes.mlock;
  if (axes.hugePages !== 'auto') levels.hugePages = axes.hugePages;
  if (axes.replicas !== 'auto') levels.replicas = axes.replicas;
  if (axes.sequences !== 'auto') levels.sequences = axes.sequences;
  if (axes.spinning !== 'auto') levels.spinning = axes.spinning;
  return levels;
}
