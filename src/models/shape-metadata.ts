import type { Shape } from '../core/model.js';
import { float32, type GgufValue, text, uint32 } from '../formats/gguf/value.js';
import { rotatedDim } from './tensors.js';

/** The shape of a decoder under the metadata keys that llama.cpp reads. */
export function shapeMetadata(shape: Shape): [string, GgufValue][] {
  const entries: [string, GgufValue][] = [
    ['vocab_size', uint32(shape.vocab)],
    ['context_length', uint32(shape.contextLength)],
    ['embedding_length', uint32(shape.hidden)],
    ['block_count', uint32(shape.layers)],
    ['feed_forward_length', uint32(shape.ffn)],
    ['attention.head_count', uint32(shape.heads)],
    ['attention.head_count_kv', uint32(shape.kvHeads)],
    ['attention.key_length', uint32(shape.headDim)],
    ['attention.value_length', uint32(shape.headDim)],
    ['attention.layer_norm_rms_epsilon', float32(shape.rmsEps)],
    ['rope.dimension_count', uint32(rotatedDim(shape))],
    ['rope.freq_base', float32(shape.ropeBase)],
    ...expertMetadata(shape),
    ...windowMetadata(shape),
    ...scalingMetadata(shape),
  ];
  return entries.map(([key, value]) => [`${shape.architecture}.${key}`, value]);
}

const expertMetadata = ({ experts }: Shape): [string, GgufValue][] =>
  experts
    ? [
        ['expert_count', uint32(experts.count)],
        ['expert_used_count', uint32(experts.used)],
        ['expert_feed_forward_length', uint32(experts.ffn)],
      ]
    : [];

/** Which layers have the window follows from the architecture. */
function windowMetadata({ cache }: Shape): [string, GgufValue][] {
  const window = cache?.find((layers) => layers.window !== null)?.window ?? null;
  return window === null ? [] : [['attention.sliding_window', uint32(window)]];
}

/** The llama3 kind is not metadata but a tensor of factors. */
function scalingMetadata({ ropeScaling }: Shape): [string, GgufValue][] {
  if (ropeScaling === null || ropeScaling.type === 'llama3' || ropeScaling.type === 'factors') return [];
  const original = ropeScaling.type === 'yarn' ? ropeScaling.originalContextLength : null;
  return [
    ['rope.scaling.type', text(ropeScaling.type)],
    ['rope.scaling.factor', float32(ropeScaling.factor)],
    ...(original === null ? [] : [['rope.scaling.original_context_length', uint32(original)] as [string, GgufValue]]),
  ];
}
