import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { architectureSchema, GEOMETRIES, type Shape } from '../../core/model.js';
import { invalidModel, parseFailure, unsupportedModel } from '../../formats/invalid.js';
import type { OnnxFile } from '../../formats/onnx/read.js';

const count = z.int().min(1);

/** What onnxruntime-genai's model builder writes beside its graphs; fields as in its genai_config.json. */
const genaiSchema = z.looseObject({
  model: z.looseObject({
    type: z.string(),
    context_length: count,
    vocab_size: count,
    decoder: z.looseObject({
      head_size: count,
      hidden_size: count,
      num_attention_heads: count,
      num_hidden_layers: count,
      num_key_value_heads: count,
    }),
  }),
});

/**
 * The shape of a decoder that has a genai_config.json and no config.json. The width of the feed-forward block is not in
 * it and is taken from the graph. The rotary base and epsilon are in the graph only and serve as names here: those of
 * the known geometry with these sizes, else the family's usual ones. Throws MODEL_INVALID or MODEL_UNSUPPORTED.
 */
export function readGenaiConfig(path: string, file: OnnxFile): Shape {
  const { model } = parse(path);
  const architecture = architectureSchema.safeParse(model.type);
  if (!architecture.success)
    throw unsupportedModel(path, `model type "${model.type}"`, architectureSchema.options.join(' or '));
  const { decoder } = model;
  const sizes = {
    architecture: architecture.data,
    hidden: decoder.hidden_size,
    layers: decoder.num_hidden_layers,
    heads: decoder.num_attention_heads,
    kvHeads: decoder.num_key_value_heads,
    headDim: decoder.head_size,
    ffn: feedForwardWidth(file, decoder.hidden_size),
    vocab: model.vocab_size,
  };
  const known = Object.values(GEOMETRIES).find((geometry) =>
    Object.entries(sizes).every(([field, value]) => geometry[field as keyof typeof sizes] === value),
  );
  return {
    tied: !file.weights.some(({ name }) => /lm_head/.test(name)),
    qkvBias: architecture.data === 'qwen2',
    ...(architecture.data === 'qwen3' ? { qkNorm: true } : {}),
    ropeBase: known?.ropeBase ?? 10000,
    ropeScaling: known?.ropeScaling ?? null,
    rmsEps: known?.rmsEps ?? 1e-6,
    ...sizes,
    contextLength: model.context_length,
  };
}

function parse(path: string): z.infer<typeof genaiSchema> {
  try {
    return genaiSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw invalidModel(path, parseFailure(cause), 'the genai_config.json of a decoder', cause);
  }
}

/** Rows of the first block's gate or up matrix: [N, blocks, bytes] when quantized, [K, N] when not. */
function feedForwardWidth(file: OnnxFile, hidden: number): number {
  const matrix = file.weights.find(
    ({ name, dims }) => /\.0\.mlp\.(gate_up|gate|up)_proj\b/.test(name) && dims.length > 1,
  );
  if (matrix === undefined)
    throw unsupportedModel(
      file.path,
      'no matrix named …layers.0.mlp.gate_proj, and no config.json beside it',
      'the config.json of the original model, which says how wide the feed-forward block is',
    );
  const { name, dims } = matrix;
  const rows = dims.length === 2 && dims[0] === hidden ? dims[1]! : dims[0]!;
  return name.includes('gate_up_proj') ? rows / 2 : rows;
}
