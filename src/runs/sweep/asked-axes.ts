import { allocatorNameSchema, type Backend } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import { type AskedAxes, AUTO_AXES } from '../../sweeps/axes.js';
import { ownCpus } from '../../sweeps/levels.js';
import { OWN_CPUS } from '../../sweeps/replica-shares.js';
import { orAuto, parseBinding, parseCounts, parseNames, parseSwitches, splitBindings } from '../parse.js';

type Typed = string[] | undefined;
export type AxisFlags = {
  threads?: Typed;
  threadsBatch?: Typed;
  binding?: Typed;
  allocator?: Typed;
  isa?: Typed;
  kvType?: Typed;
  flashAttention?: Typed;
  batch?: Typed;
  mmap?: Typed;
  mlock?: Typed;
  hugePages?: Typed;
  replicas?: Typed;
  sequences?: Typed;
  spinning?: Typed;
  threadPlacement?: Typed;
};

/** The axis flags as typed → what the search space is built from. Throws USAGE naming the flag and the value. */
export function askedAxes(flags: AxisFlags, machine: Machine): Omit<AskedAxes, 'backends' | 'quants'> {
  return {
    ...AUTO_AXES,
    threads: orAuto(flags.threads, (v) => parseCounts('threads', v)),
    threadsBatch: orAuto(flags.threadsBatch, (v) => parseCounts('threads-batch', v)),
    bindings: orAuto(flags.binding, (v) =>
      splitBindings(v).map((text) => (text === OWN_CPUS ? ownCpus(machine) : parseBinding(text, machine.bindings))),
    ),
    allocators: orAuto(flags.allocator, (v) => parseNames('allocator', v, allocatorNameSchema.options)),
    // "auto" is a value of its own here: the engine's own choice.
    isa: flags.isa ? parseNames('isa', flags.isa, ['auto', 'sse42', 'avx2', 'avx512', 'amx']) : 'auto',
    kvType: orAuto(flags.kvType, (v) => parseNames('kv-type', v, ['f16', 'f32', 'q8_0', 'q4_0'])),
    flashAttention: orAuto(flags.flashAttention, (v) => parseSwitches('flash-attention', v)),
    batch: orAuto(flags.batch, (v) => parseCounts('batch', v)),
    mmap: orAuto(flags.mmap, (v) => parseSwitches('mmap', v)),
    mlock: orAuto(flags.mlock, (v) => parseSwitches('mlock', v)),
    hugePages: orAuto(flags.hugePages, (v) => parseNames('huge-pages', v, ['default', 'always', 'never'])),
    replicas: orAuto(flags.replicas, (v) => parseCounts('replicas', v)),
    sequences: orAuto(flags.sequences, (v) => parseCounts('sequences', v)),
    threadPlacement: orAuto(flags.threadPlacement, (v) => parseNames('thread-placement', v, ['none', 'apart'])),
    spinning: orAuto(flags.spinning, (v) => parseSwitches('spinning', v)),
  };
}

export const parseBackends = (typed: Typed, fallback: readonly Backend[]): readonly Backend[] =>
  typed ? parseNames<Backend>('backend', typed, ['llama-cpp', 'onnx', 'fake']) : fallback;
