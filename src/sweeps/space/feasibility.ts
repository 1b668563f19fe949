import type { Binding, Candidate } from '../../core/candidate.js';
import { parseCpuList } from '../../core/cpu-list.js';
import { KV_SIZE_OVER_F16 } from '../../core/kv-type.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import { formatBytes } from '../../core/units.js';

/** Fixed cost of a process beside weights and KV cache: Node, engine, compute buffers; 150 to 350 MiB on the 1.5B. */
const PROCESS_BYTES = 320 * 1024 ** 2;

/** Threads of a process beside those that compute: Node's main thread, V8's and libuv's workers. */
const OWN_TASKS = 16;

/** Memory that one deployment needs, bytes: weights (mapped or repacked, whichever is resident), KV cache, process. */
export function neededBytes(candidate: Candidate, model: ModelFile, contextTokens: number): number {
  const kv = model.kvBytesPerToken * KV_SIZE_OVER_F16[candidate.kvType] * contextTokens * candidate.sequences;
  return candidate.replicas * (model.sizeBytes + kv + PROCESS_BYTES);
}

/** Threads that may run at once, and the same in words. */
function widest({ threads, threadsBatch, replicas }: Candidate): { count: number; text: string } {
  const each = Math.max(threads, threadsBatch ?? 0);
  return { count: each * replicas, text: replicas > 1 ? `${replicas} × ${each}` : String(each) };
}

const cpusUnder = (binding: Binding, machine: Machine): number =>
  binding.cpus ? parseCpuList(binding.cpus).length : machine.topology.allowed.cpus.length;

export type Infeasible = { axis: string; value: string; reason: string };
export type FeasibilityLimits = { contextTokens: number; maxRssBytes: number | null };

type Rule = (candidate: Candidate, model: ModelFile, machine: Machine, limits: FeasibilityLimits) => Infeasible | null;

const threadsFit: Rule = (candidate, _model, machine) => {
  const { threadCeiling } = machine.limits;
  const { count, text } = widest(candidate);
  if (count <= threadCeiling) return null;
  return { axis: 'threads', value: text, reason: `no more than ${threadCeiling} threads can run at once here` };
};

const bindingFits: Rule = (candidate, _model, machine) => {
  const { name, perReplica } = candidate.binding;
  const { count, text } = widest(candidate);
  const cpus = cpusUnder(candidate.binding, machine);
  if (count > cpus) return { axis: 'binding', value: name, reason: `${text} threads on ${cpus} CPUs` };
  const each = count / candidate.replicas;
  const small = perReplica?.find((share) => parseCpuList(share).length < each);
  return small === undefined
    ? null
    : { axis: 'binding', value: name, reason: `${each} threads of one replica on its own CPUs ${small}` };
};

const kvFits: Rule = (candidate) =>
  candidate.flashAttention || (candidate.kvType !== 'q8_0' && candidate.kvType !== 'q4_0')
    ? null
    : {
        axis: 'kv-type',
        value: candidate.kvType,
        reason: 'llama.cpp needs flash attention for a quantized value cache',
      };

export const memoryFits: Rule = (candidate, model, machine, limits) => {
  const needed = neededBytes(candidate, model, limits.contextTokens);
  const bound = boundNodes(candidate.binding, machine);
  const limit = Math.min(
    machine.memory.usableBytes.value ?? Number.POSITIVE_INFINITY,
    bound?.bytes ?? Number.POSITIVE_INFINITY,
    limits.maxRssBytes ?? Number.POSITIVE_INFINITY,
  );
  if (needed <= limit) return null;
  const where = bound !== null && bound.bytes === limit ? ` on node ${bound.nodes}` : '';
  return {
    axis: 'memory',
    value: candidate.quant,
    reason: `needs about ${formatBytes(needed)} of ${formatBytes(limit)} that may be used${where}`,
  };
};

/**
 * Memory that is left on the nodes a binding forbids to leave; null without such a binding or where a node's is unknown.
 * `interleave` and `preferred` go on with other nodes when these are full.
 */
function boundNodes({ memory }: Binding, { numa }: Machine): { nodes: string; bytes: number } | null {
  if (memory?.policy !== 'bind' || memory.nodes === null) return null;
  const ids = parseCpuList(memory.nodes);
  const rooms = numa.nodes.filter((node) => ids.includes(node.id)).map((node) => node.availableBytes ?? node.freeBytes);
  if (rooms.length === 0 || rooms.includes(null)) return null;
  return { nodes: memory.nodes, bytes: rooms.reduce<number>((sum, room) => sum + room!, 0) };
}

/** Each replica is a process with threads of its own beside those that compute. */
const tasksFit: Rule = (candidate, _model, machine) => {
  const tasks = machine.limits.resources?.startableTasks.value ?? -1;
  const { count, text } = widest(candidate);
  if (tasks < 0 || count + candidate.replicas * OWN_TASKS <= tasks) return null;
  return { axis: 'threads', value: text, reason: `only ${tasks} more threads may start here` };
};

/** mlock fails at the limit, and llama.cpp then goes on unlocked: the trial would measure something else. */
const lockFits: Rule = ({ mlock }, model, machine) => {
  const locked = machine.limits.resources?.lockedBytes.value ?? -1;
  if (!mlock || locked < 0 || model.sizeBytes <= locked) return null;
  return {
    axis: 'mlock',
    value: 'on',
    reason: `a process may lock ${formatBytes(locked)}, the weights are ${formatBytes(model.sizeBytes)} (ulimit -l)`,
  };
};

const placementFits: Rule = ({ threadPlacement, replicas, binding }) =>
  threadPlacement === undefined || replicas === 1 || binding.perReplica
    ? null
    : {
        axis: 'thread-placement',
        value: threadPlacement,
        reason: 'replicas without CPUs of their own would all take the same first one',
      };

/** llama.cpp puts its threads on all CPUs of a node with every evaluation (set_numa_thread_affinity in its ggml-cpu.c). */
const numaFits: Rule = ({ engineNuma, threadPlacement, binding }) => {
  const undone = threadPlacement
    ? 'the places of its threads'
    : binding.cpus === null
      ? null
      : `binding ${binding.name}`;
  if (engineNuma === undefined || engineNuma === 'numactl' || undone === null) return null;
  return { axis: 'engine-numa', value: engineNuma, reason: `llama.cpp would undo ${undone}` };
};

const RULES: readonly Rule[] = [
  threadsFit,
  bindingFits,
  placementFits,
  numaFits,
  kvFits,
  tasksFit,
  lockFits,
  memoryFits,
];

/** The first rule that a candidate breaks, or null: no trial is spent on what cannot run. */
export function whyInfeasible(
  candidate: Candidate,
  model: ModelFile,
  machine: Machine,
  limits: FeasibilityLimits,
): Infeasible | null {
  for (const rule of RULES) {
    const broken = rule(candidate, model, machine, limits);
    if (broken) return broken;
  }
  return null;
}
