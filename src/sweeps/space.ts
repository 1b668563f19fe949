import {
  type Allocator,
  type Backend,
  type Binding,
  baseCandidate,
  type Candidate,
  candidateId,
  DEFAULT_ONNX_KNOBS,
  NO_BINDING,
  SYSTEM_ALLOCATOR,
} from '../core/candidate.js';
import { parseCpuList } from '../core/cpu-list.js';
import { R1Error } from '../core/errors.js';
import type { Machine } from '../core/machine.js';
import type { ModelFile } from '../core/model.js';
import type { Exclusion } from '../core/run-result.js';
import { formatBytes } from '../core/units.js';
import type { AskedAxes } from './axes.js';
import type { DesignSpace } from './strategy.js';
import { engineDefaultThreads, threadCeiling, threadLadder } from './thread-ladder.js';

export type SpaceRequest = {
  machine: Machine;
  /** One file for each backend and quantization that can be had. */
  models: readonly ModelFile[];
  axes: AskedAxes;
  /** Context of each sequence, tokens: decides the size of the KV cache. */
  contextTokens: number;
  maxRssBytes: number | null;
};

export type Space = {
  candidates: Candidate[];
  /** What a person gets without tuning. It runs even where it is not legal here: that is its price. */
  defaultCandidate: Candidate;
  excluded: Exclusion[];
  /** Axis → values tried, as text. */
  axes: Record<string, string[]>;
};

/** Fixed cost of a process beside weights and KV cache: Node, engine, compute buffers; seen 150–350 MiB on the 1.5B. */
const PROCESS_BYTES = 320 * 1024 ** 2;

type Levels = { [K in keyof Omit<AskedAxes, 'backends' | 'quants'>]: readonly (AskedAxes[K] extends infer A ? (A extends readonly (infer T)[] ? T : never) : never)[] };

const single = <T>(asked: readonly T[] | 'auto', value: T): readonly T[] => (asked === 'auto' ? [value] : asked);

function allocatorLevels(request: SpaceRequest, excluded: Exclusion[]): Allocator[] {
  const { machine, axes } = request;
  const names = axes.allocators === 'auto' ? (['glibc', 'jemalloc', 'tcmalloc', 'mimalloc'] as const) : axes.allocators;
  return names.flatMap((name): Allocator[] => {
    if (name === 'glibc') return [SYSTEM_ALLOCATOR];
    const found = machine.allocators.find((a) => a.name === name && a.usable);
    if (found) return [{ name, path: found.path }];
    const reason = machine.allocators.find((a) => a.name === name)?.reason ?? 'it is not installed';
    excluded.push({ axis: 'allocator', value: name, reason, configurations: 0 });
    return [];
  });
}

function bindingLevels(request: SpaceRequest, excluded: Exclusion[]): Binding[] {
  const { machine, axes } = request;
  if (axes.bindings !== 'auto') return axes.bindings.filter((binding) => isBindable(binding, machine, excluded));
  const levels: Binding[] = [NO_BINDING];
  for (const arm of machine.bindings) {
    if (arm.name === 'none') continue;
    if (arm.available) levels.push({ name: arm.name, tool: arm.tool, cpus: arm.cpus, memory: arm.memory });
    else
      excluded.push({
        axis: 'binding',
        value: arm.name,
        reason: arm.sameAs ? `means the same as ${arm.sameAs} on this machine` : (arm.reason ?? 'not available'),
        configurations: 0,
      });
  }
  return levels;
}

function isBindable(binding: Binding, machine: Machine, excluded: Exclusion[]): boolean {
  const refuse = (reason: string): false => {
    excluded.push({ axis: 'binding', value: binding.name, reason, configurations: 0 });
    return false;
  };
  if (binding.tool === 'none') return true;
  if (machine.platform.os !== 'linux') return refuse(`unsupported here: ${binding.tool} exists on Linux only`);
  if (!machine.tools.some((tool) => tool.name === binding.tool)) return refuse(`${binding.tool} is not installed`);
  const allowed = new Set(machine.topology.allowed.cpus);
  const foreign = binding.cpus ? parseCpuList(binding.cpus).filter((cpu) => !allowed.has(cpu)) : [];
  return foreign.length === 0 || refuse(`this process may not run on CPU ${foreign.join(', ')}`);
}

/** CPUs a binding leaves to the process. */
const cpusUnder = (binding: Binding, machine: Machine): number =>
  binding.cpus ? parseCpuList(binding.cpus).length : machine.topology.allowed.cpus.length;

function levelsOf(request: SpaceRequest, excluded: Exclusion[]): Levels {
  const { machine, axes } = request;
  return {
    threads: axes.threads === 'auto' ? threadLadder(machine) : axes.threads,
    threadsBatch: single(axes.threadsBatch, null),
    bindings: bindingLevels(request, excluded),
    allocators: allocatorLevels(request, excluded).map((allocator) => allocator.name),
    isa: single(axes.isa, 'auto'),
    kvType: axes.kvType === 'auto' ? [] : axes.kvType,
    flashAttention: axes.flashAttention === 'auto' ? [] : axes.flashAttention,
    batch: single(axes.batch, 512),
    mmap: single(axes.mmap, true),
    mlock: single(axes.mlock, false),
    hugePages: single(axes.hugePages, 'default'),
    replicas: single(axes.replicas, 1),
    sequences: single(axes.sequences, 1),
    spinning: single(axes.spinning, true),
  };
}

const orBase = <T>(levels: readonly T[], base: T): readonly T[] => (levels.length > 0 ? levels : [base]);

/** Every combination for one model file, as lazily as the axes allow. */
function* combinations(model: ModelFile, backend: Backend, levels: Levels, allocators: readonly Allocator[]): Generator<Candidate> {
  const isLlama = backend === 'llama-cpp';
  for (const threads of levels.threads) {
    const base = baseCandidate(backend, model.quant, threads);
    for (const threadsBatch of levels.threadsBatch)
      for (const binding of levels.bindings)
        for (const allocator of allocators)
          for (const isa of isLlama ? levels.isa : (['auto'] as const))
            for (const kvType of isLlama ? orBase(levels.kvType, base.kvType) : [base.kvType])
              for (const flashAttention of isLlama ? orBase(levels.flashAttention, base.flashAttention) : [base.flashAttention])
                for (const batch of levels.batch)
                  for (const mmap of levels.mmap)
                    for (const mlock of levels.mlock)
                      for (const hugePages of levels.hugePages)
                        for (const replicas of levels.replicas)
                          for (const sequences of levels.sequences)
                            for (const spinning of backend === 'onnx' ? levels.spinning : [true])
                              yield {
                                ...base,
                                threadsBatch: threadsBatch === threads ? null : threadsBatch,
                                binding,
                                allocator,
                                isa,
                                kvType,
                                flashAttention,
                                batch,
                                mmap,
                                mlock,
                                hugePages,
                                replicas,
                                sequences,
                                onnx: backend === 'onnx' ? { ...DEFAULT_ONNX_KNOBS, spinning } : null,
                              };
  }
}

/** Memory one deployment needs, bytes: weights (llama.cpp repacks a copy beside the mapped file), KV cache, process. */
export function neededBytes(candidate: Candidate, model: ModelFile, contextTokens: number): number {
  const kvFactor = { f32: 2, f16: 1, q8_0: 17 / 32, q4_0: 9 / 32 }[candidate.kvType];
  const kv = model.kvBytesPerToken * kvFactor * contextTokens * candidate.sequences;
  return candidate.replicas * (model.sizeBytes + kv + PROCESS_BYTES);
}

type Rule = { axis: string; broken: (candidate: Candidate, model: ModelFile) => string | null };

/** Rules that need no trial. Each names the axis it blames. */
function rulesOf({ machine, contextTokens, maxRssBytes }: SpaceRequest): Rule[] {
  const ceiling = threadCeiling(machine);
  const memory = machine.memory.usableBytes.value;
  return [
    {
      axis: 'threads',
      broken: (c) =>
        Math.max(c.threads, c.threadsBatch ?? 0) * c.replicas > ceiling
          ? `more threads than the ${ceiling} that can run at once here (${machine.limits.reasons.at(-1) ?? 'allowed CPUs'})`
          : null,
    },
    {
      axis: 'binding',
      broken: (c) =>
        c.binding.cpus && Math.max(c.threads, c.threadsBatch ?? 0) > cpusUnder(c.binding, machine)
          ? 'more threads than CPUs under this binding'
          : null,
    },
    {
      axis: 'kv-type',
      broken: (c) =>
        !c.flashAttention && (c.kvType === 'q8_0' || c.kvType === 'q4_0')
          ? 'llama.cpp needs flash attention for a quantized value cache'
          : null,
    },
    {
      axis: 'memory',
      broken: (c, model) => {
        const needed = neededBytes(c, model, contextTokens);
        const limit = Math.min(memory ?? Number.POSITIVE_INFINITY, maxRssBytes ?? Number.POSITIVE_INFINITY);
        return needed > limit ? `needs about ${formatBytes(needed)}, and ${formatBytes(limit)} may be used` : null;
      },
    },
  ];
}

function defaultOf(request: SpaceRequest): Candidate {
  const backend = request.axes.backends[0]!;
  const model = request.models.find((file) => backendOf(file) === backend) ?? request.models[0]!;
  const candidate = baseCandidate(backendOf(model), model.quant, engineDefaultThreads(request.machine));
  return { ...candidate, replicas: 1, sequences: 1 };
}

const backendOf = (model: ModelFile): Backend => (model.format === 'onnx' ? 'onnx' : model.path.endsWith('.json') ? 'fake' : 'llama-cpp');

/** Legal candidates from Machine × axes × models; whatever is left out carries its reason. */
export function buildSpace(request: SpaceRequest): Space {
  const excluded: Exclusion[] = [];
  const allocators = allocatorLevels(request, []);
  const levels = levelsOf(request, excluded);
  const rules = rulesOf(request);
  const counts = new Map<string, Exclusion>();
  const found = new Map<string, Candidate>();
  for (const model of request.models)
    for (const candidate of combinations(model, backendOf(model), levels, allocators)) {
      const rule = rules.map((r) => ({ axis: r.axis, reason: r.broken(candidate, model) })).find((r) => r.reason !== null);
      if (!rule) {
        found.set(candidateId(candidate), candidate);
        continue;
      }
      const value = rule.axis === 'threads' ? String(candidate.threads) : rule.axis === 'binding' ? candidate.binding.name : candidate.quant;
      const key = `${rule.axis}/${value}/${rule.reason}`;
      const entry = counts.get(key) ?? { axis: rule.axis, value, reason: rule.reason!, configurations: 0 };
      counts.set(key, { ...entry, configurations: entry.configurations + 1 });
    }
  if (request.models.length === 0) throw new R1Error('NOTHING_VIABLE', 'No model file is left to try.');
  const defaultCandidate = defaultOf(request);
  found.set(candidateId(defaultCandidate), defaultCandidate);
  return { candidates: [...found.values()], defaultCandidate, excluded: [...excluded, ...counts.values()], axes: axisTexts([...found.values()]) };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Axis → the values that occur, for the plan and the report. */
function axisTexts(candidates: readonly Candidate[]): Record<string, string[]> {
  const text = (pick: (c: Candidate) => unknown): string[] => distinct(candidates.map((c) => String(pick(c))));
  return {
    backend: text((c) => c.backend),
    quant: text((c) => c.quant),
    threads: text((c) => c.threads),
    'threads-batch': text((c) => c.threadsBatch ?? 'as decode'),
    binding: text((c) => c.binding.name),
    allocator: text((c) => c.allocator.name),
    isa: text((c) => c.isa),
    'kv-type': text((c) => c.kvType),
    'flash-attention': text((c) => c.flashAttention),
    batch: text((c) => c.batch),
    mmap: text((c) => c.mmap),
    mlock: text((c) => c.mlock),
    'huge-pages': text((c) => c.hugePages),
    replicas: text((c) => c.replicas),
    sequences: text((c) => c.sequences),
    spinning: text((c) => c.onnx?.spinning ?? 'none'),
  };
}

/** Bits a weight, from the bytes that one decoded token reads: what the roofline of decode follows. */
const bitsOf = (model: ModelFile | undefined): number => (model ? (model.bytesPerToken * 8) / model.parameters : 16);

/** The same candidates as flat features for a search strategy. */
export function toDesignSpace(space: Space, models: readonly ModelFile[], qualityTier: (candidate: Candidate) => number): DesignSpace {
  const axes: DesignSpace['axes'] = [
    { name: 'backend', kind: 'nominal' },
    { name: 'quant', kind: 'nominal' },
    { name: 'bits', kind: 'covariate', scale: 'ln' },
    { name: 'threads', kind: 'numeric', scale: 'log2' },
    { name: 'threads-batch', kind: 'nominal' },
    ...['binding', 'allocator', 'isa', 'kv-type', 'flash-attention', 'mmap', 'mlock', 'huge-pages', 'spinning'].map(
      (name) => ({ name, kind: 'nominal' as const }),
    ),
    ...['batch', 'replicas', 'sequences'].map((name) => ({ name, kind: 'numeric' as const, scale: 'log2' as const })),
  ];
  const points = space.candidates.map((c) => ({
    id: candidateId(c),
    qualityTier: qualityTier(c),
    levels: {
      backend: c.backend,
      quant: c.quant,
      bits: bitsOf(models.find((m) => m.quant === c.quant && backendOf(m) === c.backend)),
      threads: c.threads,
      'threads-batch': String(c.threadsBatch ?? 'as decode'),
      binding: c.binding.name,
      allocator: c.allocator.name,
      isa: c.isa,
      'kv-type': c.kvType,
      'flash-attention': String(c.flashAttention),
      mmap: String(c.mmap),
      mlock: String(c.mlock),
      'huge-pages': c.hugePages,
      spinning: String(c.onnx?.spinning ?? 'none'),
      batch: c.batch,
      replicas: c.replicas,
      sequences: c.sequences,
    },
  }));
  const varying = axes.filter((axis) => new Set(points.map((p) => p.levels[axis.name as keyof typeof p.levels])).size > 1);
  return { axes: varying, points, defaultId: candidateId(space.defaultCandidate) };
}
