import { architectureSchema, type Shape } from '../../core/model.js';
import { table } from '../../core/table.js';
import type { GgufFile } from '../../formats/gguf/read.js';
import { boolOf, numberOf } from '../../formats/gguf/value.js';
import { readGgufVocabulary } from '../../formats/tokenizer/gguf-vocabulary.js';
import { decoderTensors } from '../tensors.js';

/** Keys that change what a block computes, in ways that our graphs do not. */
const CHANGES_THE_SUM = ['logit_scale', 'attention.scale', 'attention.clamp_kqv', 'embedding_scale', 'residual_scale'];

/** What our graphs take for granted of YaRN: llama.cpp's values where a file gives none (src/llama-model.cpp). */
const USUAL_YARN = table<Record<string, number>>({
  attn_factor: 1,
  yarn_log_multiplier: 0,
  yarn_ext_factor: 1,
  yarn_attn_factor: 1,
  yarn_beta_fast: 32,
  yarn_beta_slow: 1,
});

/**
 * Why a GGUF file cannot become an ONNX graph of ours, or null when it can: its architecture, a tensor or a value that
 * the graph would leave out, or a vocabulary that no trial could tokenize with. Asked before anything is written.
 */
export function whyNotConvertible(file: GgufFile, shape: Shape): string | null {
  const { architecture } = shape;
  if ((numberOf(file.metadata, 'split.count') ?? 1) > 1)
    return 'a model in several parts (llama-gguf-split --merge makes one of them)';
  const key = (name: string): string => `${architecture}.${name}`;
  const known = architectureSchema.safeParse(architecture);
  if (!known.success)
    return `the architecture ${architecture} (r1-tune converts ${architectureSchema.options.join(', ')})`;
  if (shape.experts) return 'a mixture of experts';
  const expected = new Set(decoderTensors(shape).map(({ name }) => name));
  const extra = file.tensors.find(({ name }) => !expected.has(name));
  if (extra) return `the tensor ${extra.name}, which the graph would leave out`;
  const changed = CHANGES_THE_SUM.find((name) => numberOf(file.metadata, key(name)) !== undefined);
  if (changed) return `${key(changed)}, which the graph would leave out`;
  const scaled = Object.keys(USUAL_YARN)
    .map((name) => ({ usual: USUAL_YARN[name], given: numberOf(file.metadata, key(`rope.scaling.${name}`)), name }))
    .find(({ usual, given }) => given !== undefined && given !== usual);
  if (scaled) return `${key(`rope.scaling.${scaled.name}`)}, which the graph would leave out`;
  if (shape.rotaryDim) return `rotary positions on ${shape.rotaryDim} of ${shape.headDim} elements of a head`;
  if (boolOf(file.metadata, key('use_sliding_window')) || shape.cache)
    return 'layers that do not all read the whole context';
  return whyNotTokenizable(file);
}

function whyNotTokenizable({ path }: GgufFile): string | null {
  try {
    readGgufVocabulary(path);
    return null;
  } catch (cause) {
    return (cause as Error).message;
  }
}
