import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Architecture, architectureSchema, type RopeScaling, type Shape } from '../../core/model.js';
import { invalidModel, parseFailure, unsupportedModel } from '../../formats/invalid.js';

const scalingSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().optional(),
  factor: z.number().optional(),
  low_freq_factor: z.number().optional(),
  high_freq_factor: z.number().optional(),
  original_max_position_embeddings: z.int().optional(),
});

/** The fields of a Hugging Face config.json that decide the shape of a Qwen2, Qwen3 or Llama decoder. */
const configSchema = z.looseObject({
  model_type: z.string(),
  hidden_size: z.int().min(1),
  num_hidden_layers: z.int().min(1),
  num_attention_heads: z.int().min(1),
  num_key_value_heads: z.int().min(1).optional(),
  head_dim: z.int().min(1).nullish(),
  intermediate_size: z.int().min(1),
  vocab_size: z.int().min(1),
  max_position_embeddings: z.int().min(1),
  rms_norm_eps: z.number(),
  rope_theta: z.number().optional(),
  rope_scaling: scalingSchema.nullish(),
  /** Where newer versions of transformers keep both. */
  rope_parameters: scalingSchema.nullish(),
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  use_sliding_window: z.boolean().optional(),
});
type Config = z.infer<typeof configSchema>;

/** Reads the shape from a config.json. Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function readConfig(path: string): Shape {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw invalidModel(path, `not readable as JSON (${(cause as Error).message})`, 'the config.json of a model', cause);
  }
  const modelType = (raw as { model_type?: unknown } | null)?.model_type;
  const architecture = architectureSchema.safeParse(modelType);
  if (!architecture.success)
    throw unsupportedModel(path, `model_type ${JSON.stringify(modelType)}`, architectureSchema.options.join(' or '));
  const config = configSchema.safeParse(raw);
  if (!config.success) throw invalidModel(path, parseFailure(config.error), 'a decoder of the Qwen2 or Llama kind');
  return shapeOf(architecture.data, config.data, path);
}

function shapeOf(architecture: Architecture, config: Config, path: string): Shape {
  if (config.use_sliding_window) throw unsupportedModel(path, 'sliding-window attention', 'full attention');
  const heads = config.num_attention_heads;
  const scaling = config.rope_parameters ?? config.rope_scaling ?? undefined;
  return {
    architecture,
    hidden: config.hidden_size,
    layers: config.num_hidden_layers,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headDim: config.head_dim ?? config.hidden_size / heads,
    ffn: config.intermediate_size,
    vocab: config.vocab_size,
    tied: config.tie_word_embeddings ?? false,
    ropeBase: config.rope_theta ?? scaling?.rope_theta ?? 10000,
    ropeScaling: ropeScalingOf(scaling, path),
    rmsEps: config.rms_norm_eps,
    contextLength: config.max_position_embeddings,
    qkvBias: architecture === 'qwen2' || (config.attention_bias ?? false),
    ...(architecture === 'qwen3' ? { qkNorm: true } : {}),
  };
}

function ropeScalingOf(scaling: z.infer<typeof scalingSchema> | undefined, path: string): RopeScaling | null {
  const type = scaling?.rope_type ?? scaling?.type ?? 'default';
  const factor = scaling?.factor ?? 1;
  const originalContextLength = scaling?.original_max_position_embeddings;
  if (type === 'default') return null;
  if (type === 'linear') return { type, factor };
  if (type === 'yarn') return { type, factor, originalContextLength: originalContextLength ?? null };
  if (type === 'llama3' && originalContextLength)
    return {
      type,
      factor,
      lowFrequencyFactor: scaling?.low_freq_factor ?? 1,
      highFrequencyFactor: scaling?.high_freq_factor ?? 4,
      originalContextLength,
    };
  throw unsupportedModel(path, `rotary scaling "${type}"`, 'default, linear, llama3 or yarn');
}
