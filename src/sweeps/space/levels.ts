import { type Allocator, type Binding, NO_BINDING, SYSTEM_ALLOCATOR } from '../../core/candidate.js';
import { parseCpuList } from '../../core/cpu-list.js';
import { AXIS_IDS, type AxisId, type KnobValue } from '../../core/knobs.js';
import type { Machine } from '../../core/machine.js';
import { ownCpus } from '../../core/own-cpus.js';
import type { Exclusion } from '../../core/run-result.js';
import type { Asked, AskedAxes } from './axes.js';
import { threadLevels } from './thread-ladder.js';

/** Values of each knob to combine. A missing knob keeps its base value. */
export type Levels = { [K in AxisId]?: readonly KnobValue<K>[] };

function allocatorLevels(asked: AskedAxes['allocator'], machine: Machine, excluded: Exclusion[]): Allocator[] {
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

function bindingLevels(
  asked: AskedAxes['binding'],
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
): KnobValue<'threadPlacement'>[] {
  const values: readonly KnobValue<'threadPlacement'>[] = asked === 'auto' ? ['none', 'apart'] : asked;
  const reason = unplaceable(machine);
  return values.filter((value) => {
    if (value === 'none' || reason === null) return true;
    excluded.push({ axis: 'thread-placement', value, reason, configurations: 0 });
    return false;
  });
}

/** On one node llama.cpp does nothing with a strategy (ggml_is_numa in its ggml-cpu.c). */
function numaLevels(
  asked: AskedAxes['engineNuma'],
  { numa, platform }: Machine,
  excluded: Exclusion[],
): readonly KnobValue<'engineNuma'>[] | undefined {
  if (asked === 'auto') return undefined;
  const reason =
    platform.os !== 'linux'
      ? 'unsupported here: it needs Linux'
      : numa.nodes.length < 2
        ? 'means the same as none on one NUMA node'
        : null;
  return asked.filter((value) => {
    if (value === 'none' || reason === null) return true;
    excluded.push({ axis: 'engine-numa', value, reason, configurations: 0 });
    return false;
  });
}

type Precision = KnobValue<'inferencePrecision'>;

/** OpenVINO computes in f32 where the CPU has no instructions for what was asked. */
function precisionLevels(
  asked: AskedAxes['inferencePrecision'],
  { cpu: { isa } }: Machine,
  excluded: Exclusion[],
): Precision[] | undefined {
  const has: Record<Precision, boolean> = {
    f32: true,
    bf16: [isa.avx512Bf16, isa.amxBf16, isa.bf16].includes(true),
    f16: [isa.avx512Fp16, isa.neon].includes(true),
  };
  if (asked === 'auto') return has.bf16 ? ['f32', 'bf16'] : undefined;
  return asked.filter((value) => {
    const reason = 'this CPU has no instructions for it';
    if (!has[value]) excluded.push({ axis: 'inference-precision', value, reason, configurations: 0 });
    return has[value];
  });
}

function coreTypeLevels(
  asked: AskedAxes['coreType'],
  { topology }: Machine,
  excluded: Exclusion[],
): readonly KnobValue<'coreType'>[] | undefined {
  if (asked === 'auto') return undefined;
  return asked.filter((value) => {
    if (value === 'any' || topology.kinds.length > 1) return true;
    excluded.push({ axis: 'core-type', value, reason: 'all cores of this CPU are of one type', configurations: 0 });
    return false;
  });
}

type Situation = { axes: AskedAxes; machine: Machine; excluded: Exclusion[] };
/** What is asked of one axis → its values on this machine; undefined leaves the knob at its base value. */
type LevelRule<K extends AxisId> = (asked: AskedAxes[K], situation: Situation) => readonly KnobValue<K>[] | undefined;

/** For a knob that stays at its base value unless it is asked for. */
const asAsked = <T>(asked: Asked<T>): readonly T[] | undefined => (asked === 'auto' ? undefined : asked);

const RULES: { [K in AxisId]: LevelRule<K> } = {
  threads: (asked, { axes: { binding, replicas }, machine }) =>
    asked === 'auto'
      ? threadLevels(bindingLevels(binding, replicas, machine, []), replicas === 'auto' ? [1] : replicas, machine)
      : asked,
  threadsBatch: asAsked,
  binding: (asked, { axes, machine, excluded }) => bindingLevels(asked, axes.replicas, machine, excluded),
  allocator: (asked, { machine, excluded }) => allocatorLevels(asked, machine, excluded),
  isa: asAsked,
  kvType: asAsked,
  flashAttention: asAsked,
  batch: asAsked,
  mmap: asAsked,
  mlock: asAsked,
  hugePages: asAsked,
  replicas: asAsked,
  sequences: asAsked,
  threadPlacement: (asked, { machine, excluded }) => placementLevels(asked, machine, excluded),
  poll: asAsked,
  priority: asAsked,
  engineNuma: (asked, { machine, excluded }) => numaLevels(asked, machine, excluded),
  spinning: asAsked,
  inferencePrecision: (asked, { machine, excluded }) => precisionLevels(asked, machine, excluded),
  dynamicQuantization: asAsked,
  hyperThreading: asAsked,
  coreType: (asked, { machine, excluded }) => coreTypeLevels(asked, machine, excluded),
  pinning: asAsked,
};

/** Asked axes → values on this machine. What cannot be had goes to `excluded` with the reason. */
export function levelsOf(axes: AskedAxes, machine: Machine, excluded: Exclusion[]): Levels {
  const situation = { axes, machine, excluded };
  const valuesOf = <K extends AxisId>(id: K): readonly KnobValue<K>[] | undefined => RULES[id](axes[id], situation);
  const levels = AXIS_IDS.map((id) => [id, valuesOf(id)] as const);
  return Object.fromEntries(levels.filter(([, values]) => values !== undefined)) as Levels;
}
