import * as z from 'zod';
import { type Backend, backendSchema } from './backends.js';
import { shortHash } from './canonical.js';
import { kernelListSchema } from './kernel-list-schema.js';

/** More than any machine has, and few enough to be counted, placed and started. */
const MOST_THREADS = 8192;
const MOST_BATCH = 131_072;

export type { Backend } from './backends.js';

export const memoryPolicySchema = z.object({
  policy: z.enum(['bind', 'interleave', 'preferred', 'local']).describe('The numactl memory policy.'),
  nodes: kernelListSchema
    .nullable()
    .describe('NUMA nodes as a kernel list, for example "0-1"; null for the local policy.'),
});

export const bindingSchema = z
  .object({
    name: z.string().describe('Name of the arm, for example "none", "one-per-core" or "taskset:0-3".'),
    tool: z
      .enum(['none', 'taskset', 'numactl'])
      .describe('The program that sets the binding before the engine starts.'),
    cpus: kernelListSchema
      .nullable()
      .describe('CPUs as a kernel list, for example "0-3,8"; null leaves them as inherited.'),
    memory: memoryPolicySchema.nullable().describe('NUMA memory policy; null leaves it as inherited.'),
    perReplica: z
      .array(kernelListSchema)
      .optional()
      .describe(
        'CPUs of each replica as kernel lists, disjoint parts of `cpus`; absent where all replicas share them.',
      ),
  })
  .refine(({ tool, cpus }) => tool !== 'taskset' || cpus !== null, 'taskset needs CPUs')
  .describe('Where the process may run and where its memory comes from.');
export type Binding = z.infer<typeof bindingSchema>;

export const allocatorNameSchema = z.enum(['glibc', 'jemalloc', 'tcmalloc', 'mimalloc']);
export const allocatorSchema = z
  .object({
    name: allocatorNameSchema.describe('The malloc implementation; "glibc" stands for the C library\'s own.'),
    path: z.string().nullable().describe("The library put into LD_PRELOAD; null for the C library's own."),
  })
  .describe('The memory allocator of the process.');
export type Allocator = z.infer<typeof allocatorSchema>;

export const onnxKnobsSchema = z.object({
  spinning: z.boolean().describe('session.intra_op.allow_spinning: idle worker threads spin instead of sleeping.'),
  executionMode: z.enum(['sequential', 'parallel']).describe('Execution mode of the graph.'),
  arena: z.boolean().describe('enableCpuMemArena: ONNX Runtime keeps an arena of freed memory.'),
  graphOptimization: z.enum(['disabled', 'basic', 'extended', 'all']).describe('Graph optimization level.'),
});
export type OnnxKnobs = z.infer<typeof onnxKnobsSchema>;

export const openvinoKnobsSchema = z.object({
  inferencePrecision: z
    .enum(['f32', 'bf16', 'f16'])
    .describe('INFERENCE_PRECISION_HINT: element type that activations are computed in.'),
  dynamicQuantization: z
    .int()
    .min(0)
    .max(4096)
    .describe(
      'DYNAMIC_QUANTIZATION_GROUP_SIZE: activations of so many elements share a scale while they are multiplied in 8 bits with quantized weights; 0 is off.',
    ),
  hyperThreading: z.boolean().describe('ENABLE_HYPER_THREADING: threads may be put on both logical CPUs of a core.'),
  coreType: z
    .enum(['any', 'performance', 'efficiency'])
    .describe('SCHEDULING_CORE_TYPE: which cores of a hybrid CPU are used.'),
  pinning: z.boolean().describe('ENABLE_CPU_PINNING: OpenVINO binds each of its threads to a CPU.'),
});
export type OpenvinoKnobs = z.infer<typeof openvinoKnobsSchema>;

export const candidateSchema = z
  .object({
    backend: backendSchema.describe('The inference engine.'),
    quant: z.string().describe('Quantization level, for example "q4_0" (GGUF) or "int4" (ONNX).'),
    threads: z.int().min(1).max(MOST_THREADS).describe('Threads that decode, one replica.'),
    threadsBatch: z
      .int()
      .min(1)
      .max(MOST_THREADS)
      .nullable()
      .describe('Threads that prefill; null means as many as decode.'),
    binding: bindingSchema,
    allocator: allocatorSchema,
    isa: z
      .enum(['auto', 'sse42', 'avx2', 'avx512', 'amx'])
      .describe("Which build of the engine's CPU kernels is loaded; auto lets the engine choose."),
    kvType: z.enum(['f32', 'f16', 'q8_0', 'q4_0']).describe('Element type of the key/value cache.'),
    flashAttention: z.boolean().describe('Fused attention kernel of llama.cpp.'),
    batch: z.int().min(1).max(MOST_BATCH).describe('Prefill batch: the most tokens evaluated in one engine call.'),
    mmap: z.boolean().describe('The weights are mapped from the file instead of read into memory.'),
    mlock: z.boolean().describe('The weights are locked in RAM.'),
    hugePages: z.enum(['default', 'always', 'never']).describe('Transparent huge pages for the process.'),
    replicas: z
      .int()
      .min(1)
      .max(MOST_THREADS)
      .describe('Worker processes, each with its own copy of the model and `threads` threads.'),
    sequences: z.int().min(1).max(MOST_THREADS).describe('Sequences decoded together in one replica.'),
    threadPlacement: z
      .enum(['apart'])
      .optional()
      .describe(
        "apart: llama.cpp's first thread has the first CPU to itself and its other threads share the rest; absent: the kernel places them.",
      ),
    poll: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe(
        'How long idle threads of llama.cpp spin before they sleep, 0 (not at all) to 100; absent: its own 50.',
      ),
    priority: z
      .enum(['low', 'medium', 'high', 'realtime'])
      .optional()
      .describe("Scheduling priority of llama.cpp's threads; absent: that of any process."),
    engineNuma: z
      .enum(['distribute', 'isolate', 'numactl'])
      .optional()
      .describe("llama.cpp's own NUMA strategy; absent: none. It also names mirror, and does nothing with it."),
    onnx: onnxKnobsSchema.nullable().describe('Knobs of ONNX Runtime; null for other engines.'),
    openvino: openvinoKnobsSchema.optional().describe('Knobs of OpenVINO; absent for other engines.'),
  })
  .refine(
    ({ binding, replicas }) => binding.perReplica === undefined || binding.perReplica.length === replicas,
    'binding.perReplica needs one list a replica',
  )
  .describe('One complete configuration: every knob has a value.');
export type Candidate = z.infer<typeof candidateSchema>;

export const NO_BINDING: Binding = { name: 'none', tool: 'none', cpus: null, memory: null };
export const SYSTEM_ALLOCATOR: Allocator = { name: 'glibc', path: null };
export const DEFAULT_ONNX_KNOBS: OnnxKnobs = {
  spinning: true,
  executionMode: 'sequential',
  arena: true,
  graphOptimization: 'all',
};

/**
 * OpenVINO by itself computes in bf16 where the CPU can, pins its threads and leaves out sibling threads. Here every engine
 * computes in f32, and bindings and thread counts are what was asked for.
 */
export const DEFAULT_OPENVINO_KNOBS: OpenvinoKnobs = {
  inferencePrecision: 'f32',
  dynamicQuantization: 32,
  hyperThreading: true,
  coreType: 'any',
  pinning: false,
};

/** The knobs that engines have for themselves, each under a field of the candidate. */
export const OWN_KNOBS = { onnx: DEFAULT_ONNX_KNOBS, openvino: DEFAULT_OPENVINO_KNOBS } as const;

/** What an engine does when nobody says otherwise, where engines differ. */
const ENGINE_DEFAULTS: Record<Backend, Pick<Candidate, 'kvType' | 'flashAttention' | 'onnx' | 'openvino'>> = {
  // llama.cpp resolves its own default of flash attention (auto) to on for CPUs.
  'llama-cpp': { kvType: 'f16', flashAttention: true, onnx: null },
  onnx: { kvType: 'f32', flashAttention: false, onnx: DEFAULT_ONNX_KNOBS },
  openvino: { kvType: 'f32', flashAttention: false, onnx: null, openvino: DEFAULT_OPENVINO_KNOBS },
  fake: { kvType: 'f16', flashAttention: false, onnx: null },
};

/** What a knob is when nobody says otherwise. `threads` depends on the machine and is given by the caller. */
export function baseCandidate(backend: Backend, quant: string, threads: number): Candidate {
  const { kvType, flashAttention, ...ofEngine } = ENGINE_DEFAULTS[backend];
  return {
    backend,
    quant,
    threads,
    threadsBatch: null,
    binding: NO_BINDING,
    allocator: SYSTEM_ALLOCATOR,
    isa: 'auto',
    kvType,
    flashAttention,
    batch: 512,
    mmap: true,
    mlock: false,
    hugePages: 'default',
    replicas: 1,
    sequences: 1,
    ...ofEngine,
  };
}

/** Stable across runs and machines: 12 hexadecimal digits of the SHA-256 of all knobs. */
export const candidateId = (candidate: Candidate): string => shortHash(candidate);

/** The knobs that any of these has; one that is absent is at its base value. */
export const knobsOf = (...candidates: readonly Candidate[]): (keyof Candidate)[] => [
  ...new Set(candidates.flatMap((candidate) => Object.keys(candidate) as (keyof Candidate)[])),
];

/** Knobs of `candidate` that differ from `reference`, as `name=value`. */
export function knobDifferences(candidate: Candidate, reference: Candidate): string[] {
  const show = (knob: keyof Candidate, value: Candidate[keyof Candidate]): string => {
    if (knob === 'binding') return (value as Binding).name;
    if (knob === 'allocator') return (value as Allocator).name;
    if (value === null || value === undefined) return knob === 'threadsBatch' ? 'as decode' : 'none';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return knobsOf(candidate, reference)
    .filter((knob) => shortHash(candidate[knob]) !== shortHash(reference[knob]))
    .map((knob) => `${knob}=${show(knob, candidate[knob])}`);
}

/** A short name for people: backend, quantization, threads, and each knob that is not at its base value. */
export function candidateLabel(candidate: Candidate): string {
  const base = baseCandidate(candidate.backend, candidate.quant, candidate.threads);
  const prefill = candidate.threadsBatch === null ? '' : `/${candidate.threadsBatch}`;
  const rest = knobDifferences({ ...candidate, threadsBatch: null }, base);
  const threads = `${candidate.threads}${prefill} thread${candidate.threads === 1 && !prefill ? '' : 's'}`;
  return [`${candidate.backend} ${candidate.quant}`, threads, ...rest].join(', ');
}
