import type { Backend } from './backends.js';
import {
  type Allocator,
  allocatorNameSchema,
  type Candidate,
  candidateSchema,
  type OnnxKnobs,
  type OpenvinoKnobs,
  openvinoKnobsSchema,
} from './candidate.js';
import type { Machine } from './machine.js';
import { OWN_CPUS, ownCpus } from './own-cpus.js';
import { parseBinding, parseCounts, parseNames, parseSwitches, splitBindings } from './parse.js';

/** Knobs of one engine stand together in a field of the candidate. */
type EngineFields = { onnx: OnnxKnobs; openvino: OpenvinoKnobs };
type EngineKnobId = { [F in keyof EngineFields]: keyof EngineFields[F] }[keyof EngineFields];

/** Every knob by the name of its field: those of the candidate, and those inside the field of an engine. */
export type KnobId = Exclude<keyof Candidate, keyof EngineFields> | EngineKnobId;

/** Fields that profiles of older versions lack. */
type OptionalId = Exclude<
  { [K in keyof Candidate]-?: undefined extends Candidate[K] ? K : never }[keyof Candidate],
  keyof EngineFields
>;
/** What a candidate without such a field has. */
const ABSENT = {
  threadPlacement: 'none',
  // GGML_DEFAULT_POLL, ggml_threadpool_params_init in llama.cpp's ggml.c.
  poll: 50,
  priority: 'normal',
  engineNuma: 'none',
} as const satisfies Record<OptionalId, string | number>;

export type KnobValue<K extends KnobId> = K extends keyof OnnxKnobs
  ? OnnxKnobs[K]
  : K extends keyof OpenvinoKnobs
    ? OpenvinoKnobs[K]
    : K extends OptionalId
      ? Exclude<Candidate[K], undefined> | (typeof ABSENT)[K]
      : K extends keyof Candidate
        ? Candidate[K]
        : never;

/** Chosen with the model file. */
type ModelKnobId = 'backend' | 'quant';
/** What no flag sets: at its base value in every trial. */
type FixedKnobId = 'executionMode' | 'arena' | 'graphOptimization';
/** Knobs that a sweep can vary: each has a flag. */
export type AxisId = Exclude<KnobId, ModelKnobId | FixedKnobId>;

/** What a flag names: a value, or of an allocator its name, whose library is found on the machine. */
export type AskedValue<K extends AxisId> = K extends 'allocator' ? Allocator['name'] : KnobValue<K>;

export type Ask<V> = {
  /** Values and meaning, for --help. */
  help: string;
  /** What a sweep does with it unless it is asked for, for --help. */
  auto: string;
  /** Values as typed → typed values. Throws `USAGE` naming the flag and the value. */
  parse(typed: readonly string[], flag: string, machine: Machine): V[];
};

export type Knob<V, A = Ask<V> | null> = {
  /** Its name in plans and reports; with `--`, its flag. */
  axis: string;
  /** numeric: close values behave alike. */
  kind: 'nominal' | 'numeric';
  /** As people call it. */
  title: { en: string; zh: string };
  /** Engines that have it; the others keep its base value. */
  engines: Record<Backend, boolean>;
  /** Where it takes effect. */
  effect: 'model file' | 'start of the process' | 'load of the engine' | 'each call';
  /** Its value; null where the engine has no such knob. */
  read(candidate: Candidate): V | null;
  write(candidate: Candidate, value: V): Candidate;
  ask: A;
};

type Knobs = { [K in ModelKnobId | FixedKnobId]: Knob<KnobValue<K>, null> } & {
  [K in AxisId]: Knob<KnobValue<K>, Ask<AskedValue<K>>>;
};

const EVERY: Record<Backend, boolean> = { 'llama-cpp': true, onnx: true, openvino: true, fake: true };
const NONE: Record<Backend, boolean> = { 'llama-cpp': false, onnx: false, openvino: false, fake: false };
const LLAMA_CPP: Record<Backend, boolean> = { ...NONE, 'llama-cpp': true, fake: true };
/** What the fake engine, which has no threads, cannot pretend. */
const LLAMA_CPP_ALONE: Record<Backend, boolean> = { ...NONE, 'llama-cpp': true };
const ONNX: Record<Backend, boolean> = { ...NONE, onnx: true };
const OPENVINO: Record<Backend, boolean> = { ...NONE, openvino: true };

type PlainId = Exclude<keyof Candidate, keyof EngineFields | OptionalId>;
const field = <K extends PlainId>(id: K) => ({
  read: (candidate: Candidate): Candidate[K] => candidate[id],
  write: (candidate: Candidate, value: Candidate[K]): Candidate => ({ ...candidate, [id]: value }),
});
const optionalField = <K extends OptionalId>(id: K) => ({
  read: (candidate: Candidate): KnobValue<K> => (candidate[id] ?? ABSENT[id]) as KnobValue<K>,
  write: ({ [id]: _, ...candidate }: Candidate, value: KnobValue<K>): Candidate =>
    (value === ABSENT[id] ? candidate : { ...candidate, [id]: value }) as Candidate,
});
const onnxField = <K extends keyof OnnxKnobs>(id: K) => ({
  read: ({ onnx }: Candidate): OnnxKnobs[K] | null => onnx && onnx[id],
  write: (candidate: Candidate, value: OnnxKnobs[K]): Candidate =>
    candidate.onnx ? { ...candidate, onnx: { ...candidate.onnx, [id]: value } } : candidate,
});

const openvinoField = <K extends keyof OpenvinoKnobs>(id: K) => ({
  read: ({ openvino }: Candidate): OpenvinoKnobs[K] | null => (openvino ? openvino[id] : null),
  write: (candidate: Candidate, value: OpenvinoKnobs[K]): Candidate =>
    candidate.openvino ? { ...candidate, openvino: { ...candidate.openvino, [id]: value } } : candidate,
});

const counts = (help: string, auto: string): Ask<number> => ({
  help,
  auto,
  parse: (typed, flag) => parseCounts(flag, typed),
});
const switches = (help: string, auto: string): Ask<boolean> => ({
  help,
  auto,
  parse: (typed, flag) => parseSwitches(flag, typed),
});
const names = <T extends string>(values: readonly T[], help: string, auto: string): Ask<T> => ({
  help: `${values.join(',')}: ${help}`,
  auto,
  parse: (typed, flag) => parseNames(flag, typed, values),
});

const bindings: Ask<Candidate['binding']> = {
  help: 'none, own-cpus (each replica its share), taskset:0-3, numactl:physcpubind=0-3;membind=0, or a name that `r1-tune probe` lists',
  auto: 'all that mean something different here',
  parse: (typed, _flag, machine) =>
    splitBindings(typed).map((text) => (text === OWN_CPUS ? ownCpus(machine) : parseBinding(text, machine.bindings))),
};

/** A count, or `off` for 0. */
const countsOrOff = (help: string, auto: string): Ask<number> => ({
  help,
  auto,
  parse: (typed, flag) =>
    typed.flatMap((text) => text.split(',')).flatMap((part) => (part.trim() === 'off' ? [0] : parseCounts(flag, part))),
});

const { shape } = candidateSchema;
const { shape: openvino } = openvinoKnobsSchema;

/** One row a knob, in the order of the candidate's fields. Levels on a machine: sweeps; proofs: runners/verify.ts. */
export const KNOBS: Knobs = {
  backend: {
    ...{ axis: 'backend', kind: 'nominal', title: { en: 'engine', zh: '引擎' }, engines: EVERY, effect: 'model file' },
    ...field('backend'),
    ask: null,
  },
  quant: {
    ...{ axis: 'quant', kind: 'nominal', title: { en: 'quantization', zh: '量化' }, engines: EVERY },
    effect: 'model file',
    ...field('quant'),
    ask: null,
  },
  threads: {
    ...{ axis: 'threads', kind: 'numeric', title: { en: 'threads', zh: '线程' }, engines: EVERY },
    effect: 'load of the engine',
    ...field('threads'),
    ask: counts('1,2,4-16: threads that decode', '1, then steps of about ×1.5, and the counts of cores and CPUs'),
  },
  threadsBatch: {
    ...{ axis: 'threads-batch', kind: 'nominal', title: { en: 'prefill threads', zh: '预填充线程' } },
    ...{ engines: LLAMA_CPP, effect: 'load of the engine' },
    ...field('threadsBatch'),
    ask: counts('1,2,4-16: threads that prefill', 'as many as decode'),
  },
  binding: {
    ...{ axis: 'binding', kind: 'nominal', title: { en: 'binding', zh: '绑定' }, engines: EVERY },
    effect: 'start of the process',
    ...field('binding'),
    ask: bindings,
  },
  allocator: {
    ...{ axis: 'allocator', kind: 'nominal', title: { en: 'allocator', zh: '分配器' }, engines: EVERY },
    effect: 'start of the process',
    ...field('allocator'),
    ask: names(allocatorNameSchema.options, 'memory allocator', 'all that are installed'),
  },
  isa: {
    ...{ axis: 'isa', kind: 'nominal', title: { en: 'CPU kernels', zh: '指令集' }, engines: LLAMA_CPP },
    effect: 'load of the engine',
    ...field('isa'),
    ask: names(shape.isa.options, 'CPU kernels of llama.cpp', "the engine's own choice"),
  },
  kvType: {
    ...{ axis: 'kv-type', kind: 'nominal', title: { en: 'KV cache', zh: 'KV 缓存' }, engines: LLAMA_CPP },
    effect: 'load of the engine',
    ...field('kvType'),
    ask: names(shape.kvType.options, 'element type of the KV cache', 'f16'),
  },
  flashAttention: {
    ...{ axis: 'flash-attention', kind: 'nominal', title: { en: 'flash attention', zh: 'Flash Attention' } },
    ...{ engines: LLAMA_CPP, effect: 'load of the engine' },
    ...field('flashAttention'),
    ask: switches('on,off: fused attention of llama.cpp', 'on'),
  },
  batch: {
    ...{ axis: 'batch', kind: 'numeric', title: { en: 'batch', zh: '批大小' }, engines: EVERY, effect: 'each call' },
    ...field('batch'),
    ask: counts('128,512: most tokens of one prefill call', '512'),
  },
  mmap: {
    ...{ axis: 'mmap', kind: 'nominal', title: { en: 'mmap', zh: 'mmap' }, engines: LLAMA_CPP },
    effect: 'load of the engine',
    ...field('mmap'),
    ask: switches('on,off: weights mapped from the file', 'on'),
  },
  mlock: {
    ...{ axis: 'mlock', kind: 'nominal', title: { en: 'mlock', zh: 'mlock' }, engines: LLAMA_CPP },
    effect: 'load of the engine',
    ...field('mlock'),
    ask: switches('on,off: weights locked in RAM', 'off'),
  },
  hugePages: {
    ...{ axis: 'huge-pages', kind: 'nominal', title: { en: 'huge pages', zh: '大页' }, engines: EVERY },
    effect: 'start of the process',
    ...field('hugePages'),
    ask: names(shape.hugePages.options, 'transparent huge pages', 'default, as the system has it'),
  },
  replicas: {
    ...{ axis: 'replicas', kind: 'numeric', title: { en: 'replicas', zh: '副本数' }, engines: EVERY },
    effect: 'start of the process',
    ...field('replicas'),
    ask: counts(
      '1,2: worker processes, each with `threads` threads',
      '1; under --objective throughput 1, 2, 4, … and one a NUMA node',
    ),
  },
  sequences: {
    ...{ axis: 'sequences', kind: 'numeric', title: { en: 'streams', zh: '并发序列' }, engines: EVERY },
    effect: 'load of the engine',
    ...field('sequences'),
    ask: counts('1,4: sequences decoded together', '1; under --objective throughput 1, 2, 4, 8'),
  },
  threadPlacement: {
    ...{ axis: 'thread-placement', kind: 'nominal', title: { en: 'thread placement', zh: '线程放置' } },
    ...{ engines: LLAMA_CPP_ALONE, effect: 'load of the engine' },
    ...optionalField('threadPlacement'),
    ask: names(
      ['none', 'apart'],
      "who places llama.cpp's threads: the kernel, or the first on a CPU of its own",
      'both, where they can be placed',
    ),
  },
  poll: {
    ...{ axis: 'poll', kind: 'numeric', title: { en: 'polling', zh: '轮询' }, engines: LLAMA_CPP_ALONE },
    effect: 'load of the engine',
    ...optionalField('poll'),
    ask: {
      help: '0,50,100: how long idle threads of llama.cpp spin before they sleep',
      auto: `${ABSENT.poll}, llama.cpp's own`,
      parse: (typed, flag) => parseCounts(flag, typed, { from: 0, to: 100, expected: 'whole numbers from 0 to 100' }),
    },
  },
  priority: {
    ...{ axis: 'priority', kind: 'nominal', title: { en: 'priority', zh: '优先级' }, engines: LLAMA_CPP_ALONE },
    effect: 'load of the engine',
    ...optionalField('priority'),
    ask: names(
      ['low', 'normal', 'medium', 'high', 'realtime'],
      "priority of llama.cpp's threads; from medium on they run before all else and can starve it",
      'normal',
    ),
  },
  engineNuma: {
    ...{ axis: 'engine-numa', kind: 'nominal', title: { en: 'NUMA strategy', zh: 'NUMA 策略' } },
    ...{ engines: LLAMA_CPP_ALONE, effect: 'load of the engine' },
    ...optionalField('engineNuma'),
    ask: names(
      ['none', 'distribute', 'isolate', 'numactl'],
      'how llama.cpp itself spreads its threads over NUMA nodes',
      'none',
    ),
  },
  spinning: {
    ...{ axis: 'spinning', kind: 'nominal', title: { en: 'spinning', zh: '自旋' }, engines: ONNX },
    effect: 'load of the engine',
    ...onnxField('spinning'),
    ask: switches('on,off: ONNX Runtime threads spin while idle', 'on'),
  },
  executionMode: {
    ...{ axis: 'execution-mode', kind: 'nominal', title: { en: 'execution mode', zh: '执行模式' }, engines: ONNX },
    effect: 'load of the engine',
    ...onnxField('executionMode'),
    ask: null,
  },
  arena: {
    ...{ axis: 'arena', kind: 'nominal', title: { en: 'memory arena', zh: '内存池' }, engines: ONNX },
    effect: 'load of the engine',
    ...onnxField('arena'),
    ask: null,
  },
  graphOptimization: {
    ...{ axis: 'graph-optimization', kind: 'nominal', title: { en: 'graph optimization', zh: '图优化' } },
    ...{ engines: ONNX, effect: 'load of the engine' },
    ...onnxField('graphOptimization'),
    ask: null,
  },
  inferencePrecision: {
    ...{ axis: 'inference-precision', kind: 'nominal', title: { en: 'inference precision', zh: '推理精度' } },
    ...{ engines: OPENVINO, effect: 'load of the engine' },
    ...openvinoField('inferencePrecision'),
    ask: names(
      openvino.inferencePrecision.options,
      'element type that OpenVINO computes activations in',
      'f32, and bf16 where the CPU computes in it',
    ),
  },
  dynamicQuantization: {
    ...{ axis: 'dynamic-quantization', kind: 'nominal', title: { en: 'dynamic quantization', zh: '动态量化' } },
    ...{ engines: OPENVINO, effect: 'load of the engine' },
    ...openvinoField('dynamicQuantization'),
    ask: countsOrOff('off,32,128: activations of OpenVINO that share a scale in 8-bit products', '32'),
  },
  hyperThreading: {
    ...{ axis: 'hyper-threading', kind: 'nominal', title: { en: 'hyper-threading', zh: '超线程' }, engines: OPENVINO },
    effect: 'load of the engine',
    ...openvinoField('hyperThreading'),
    ask: switches('on,off: OpenVINO may use both logical CPUs of a core', 'on'),
  },
  coreType: {
    ...{ axis: 'core-type', kind: 'nominal', title: { en: 'core type', zh: '核心类型' }, engines: OPENVINO },
    effect: 'load of the engine',
    ...openvinoField('coreType'),
    ask: names(openvino.coreType.options, 'cores of a hybrid CPU that OpenVINO uses', 'any'),
  },
  pinning: {
    ...{ axis: 'pinning', kind: 'nominal', title: { en: 'pinning', zh: '线程绑核' }, engines: OPENVINO },
    effect: 'load of the engine',
    ...openvinoField('pinning'),
    ask: switches('on,off: OpenVINO binds its own threads', 'off, because --binding binds'),
  },
};

export const KNOB_IDS = Object.keys(KNOBS) as KnobId[];
export const AXIS_IDS = KNOB_IDS.filter((id): id is AxisId => KNOBS[id].ask !== null);
/** Knobs in which the configurations of a run can differ. */
export const SEARCHED_IDS: readonly KnobId[] = ['backend', 'quant', ...AXIS_IDS];

/** A row without the type of its values, for code that treats all knobs alike. */
export const knob = (id: KnobId): Knob<unknown> => KNOBS[id] as Knob<unknown>;

/** A knob's value as the level of an axis: a number for numeric knobs, else text; "none" where the engine has no such knob. */
export function levelOf(id: KnobId, candidate: Candidate): string | number {
  if (id === 'threadsBatch' && candidate.threadsBatch === null) return 'as decode';
  const value = knob(id).read(candidate);
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'object') return (value as { name: string }).name;
  return KNOBS[id].kind === 'numeric' ? (value as number) : String(value);
}
