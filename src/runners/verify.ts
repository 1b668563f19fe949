import type { Candidate, OpenvinoKnobs } from '../core/candidate.js';
import { parseCpuList } from '../core/cpu-list.js';
import type { KnobId } from '../core/knobs.js';
import type { Effective } from '../core/outcome.js';
import { table } from '../core/table.js';
import { propertyOf } from './openvino/properties.js';

const sameSet = (a: string, b: string): boolean => {
  const left = parseCpuList(a);
  const right = new Set(parseCpuList(b));
  return left.length === right.size && left.every((cpu) => right.has(cpu));
};

/** CPU kernel builds of llama.cpp by ISA family: a candidate that asks for one must get a build of that family. */
const VARIANTS: Record<string, RegExp> = table({
  sse42: /^(sse42|x64)$/,
  avx2: /^(haswell|alderlake)$/,
  avx512: /^(skylakex|cannonlake|cascadelake|cooperlake|icelake|zen4)$/,
  amx: /^sapphirerapids$/,
});

type Proof = (candidate: Candidate, effective: Effective) => (string | false | null)[];
/** Nothing is read back: the reason. */
type Unproved = { unproved: string };

/** Read back from the model as it was compiled. An OpenVINO that does not know the property cannot be checked. */
const byProperty =
  (id: keyof OpenvinoKnobs): Proof =>
  ({ openvino }, { properties }) => {
    if (!openvino) return [];
    const [name, asked] = propertyOf(id, openvino);
    const found = properties?.[name];
    return [found !== undefined && found !== asked && `asked for ${name}=${asked}, the compiled model has ${found}`];
  };

const boundCpus: Proof = ({ binding }, { cpus, memoryNodes }) => {
  const nodes = binding.memory?.policy === 'bind' ? binding.memory.nodes : null;
  return [
    binding.cpus !== null &&
      cpus !== null &&
      !sameSet(binding.cpus, cpus) &&
      `asked for CPUs ${binding.cpus}, the engine runs on ${cpus}`,
    nodes !== null &&
      memoryNodes !== null &&
      !sameSet(nodes, memoryNodes) &&
      `asked for memory of nodes ${nodes}, the process may use ${memoryNodes}`,
  ];
};

const prefillThreads: Proof = ({ threads, threadsBatch }, effective) => {
  const asked = threadsBatch ?? threads;
  const isOther = effective.threadsBatch !== null && effective.threadsBatch !== asked;
  return [isOther && `asked for ${asked} prefill threads, the engine uses ${effective.threadsBatch}`];
};

const byHandOver: Unproved = { unproved: 'handed to the engine, which does not say what it made of it' };
const bySession: Unproved = { unproved: 'part of the request: the session could not serve it otherwise' };

/** How each knob is seen to have taken effect. What the system does not show (null) cannot be checked and passes. */
export const PROOFS: Record<KnobId, Proof | Unproved> = {
  backend: { unproved: 'the engine itself answers, by name and version' },
  quant: { unproved: 'that of the file, whose SHA-256 is recorded' },
  threads: ({ threads }, effective) => [
    effective.threads !== null &&
      effective.threads !== threads &&
      `asked for ${threads} threads, the engine uses ${effective.threads}`,
  ],
  threadsBatch: prefillThreads,
  binding: boundCpus,
  allocator: ({ allocator }, effective) => [
    effective.allocator !== null &&
      effective.allocator !== allocator.name &&
      `asked for the allocator ${allocator.name}, the process runs ${effective.allocator}`,
  ],
  isa: ({ isa }, { variant }) => [
    isa !== 'auto' &&
      variant !== null &&
      !VARIANTS[isa]!.test(variant) &&
      `asked for ${isa} kernels, the engine loaded "${variant}"`,
  ],
  kvType: byHandOver,
  flashAttention: byHandOver,
  batch: { unproved: 'ours: no call to the engine has more tokens' },
  mmap: byHandOver,
  mlock: byHandOver,
  hugePages: { unproved: 'set by prctl, whose failure fails the trial' },
  replicas: { unproved: 'ours: each process reports for itself' },
  sequences: bySession,
  threadPlacement: ({ threadPlacement }, { threadCpus }) => [
    threadPlacement === 'apart' && !threadCpus && 'asked for threads placed apart, the kernel places them',
  ],
  poll: byHandOver,
  priority: ({ priority }, { threadPriority }) => [
    priority !== undefined &&
      threadPriority !== null &&
      threadPriority !== priority &&
      `asked for threads of priority ${priority}, the kernel runs them as ${threadPriority ?? 'normal'}`,
  ],
  engineNuma: byHandOver,
  spinning: byHandOver,
  executionMode: byHandOver,
  arena: byHandOver,
  graphOptimization: byHandOver,
  inferencePrecision: byProperty('inferencePrecision'),
  dynamicQuantization: byProperty('dynamicQuantization'),
  // A permission, which OpenVINO takes back where no core has a sibling to use: the thread count is the proof of "on".
  hyperThreading: (candidate, effective) =>
    candidate.openvino?.hyperThreading ? [] : byProperty('hyperThreading')(candidate, effective),
  coreType: byProperty('coreType'),
  pinning: byProperty('pinning'),
};

/** What was asked and did not take effect, in words; empty when everything did. */
export const bindingFaults = (candidate: Candidate, effective: Effective): string[] =>
  Object.values(PROOFS).flatMap((proof) =>
    'unproved' in proof ? [] : proof(candidate, effective).filter((fault) => typeof fault === 'string'),
  );
