import * as z from 'zod';

const count = z.int().min(1);

export const ropeScalingSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('llama3').describe('Long wavelengths are slowed down, short ones kept, with a ramp between.'),
    factor: z.number().describe('Divisor of the slow frequencies.'),
    lowFrequencyFactor: z.number().describe('Wavelengths above originalContextLength / this are divided.'),
    highFrequencyFactor: z.number().describe('Wavelengths below originalContextLength / this are kept.'),
    originalContextLength: z.int().describe('Context length of the base model, tokens.'),
  }),
  z.object({ type: z.literal('factors').describe('The file holds one divisor per frequency (rope_freqs).') }),
  z.object({
    type: z.literal('linear').describe('Every position is divided by the factor.'),
    factor: z.number().describe('Divisor of positions.'),
  }),
  z.object({
    type: z
      .literal('longrope')
      .describe('LongRoPE: two sets of divisors, in the file, for short and for long contexts.'),
    factor: z.number().describe('Extension factor.'),
  }),
  z.object({
    type: z.literal('yarn').describe('YaRN.'),
    factor: z.number().describe('Extension factor.'),
    originalContextLength: z
      .int()
      .nullable()
      .describe('Context length of the base model, tokens; null when not given.'),
  }),
]);
export type RopeScaling = z.infer<typeof ropeScalingSchema>;

/** Block layouts whose every tensor is known here: such files are checked whole and can become ONNX graphs. */
export const architectureSchema = z.enum(['qwen2', 'qwen3', 'llama']);
export type Architecture = z.infer<typeof architectureSchema>;

export const expertsSchema = z.object({
  count: count.describe('Experts in a block.'),
  used: count.describe('Experts that each token goes through.'),
  ffn: count.describe('Inner width of one expert.'),
});

const cacheSchema = z.object({
  layers: count.describe('Layers of this kind.'),
  width: count.describe('Elements that each token adds to the cache of one layer, keys and values together.'),
  window: count.nullable().describe('Sliding window, tokens: no more of them are read; null for all.'),
  readers: count
    .optional()
    .describe('Layers that read such a cache, where later ones share it; as many as keep one when absent.'),
});

export type CacheLayers = z.infer<typeof cacheSchema>;

/** The shape of a decoder-only transformer: what decides its speed and memory at a given quantization. */
export const shapeSchema = z.object({
  architecture: z.string().describe('Block layout under the name that llama.cpp has for it: qwen2, llama, gemma3, …'),
  hidden: count.describe('Width of the residual stream.'),
  layers: count.describe('Transformer blocks.'),
  heads: count.describe('Query heads.'),
  kvHeads: count.describe('Key/value heads.'),
  headDim: count.describe('Width of one head.'),
  ffn: count.describe('Inner width of the feed-forward block.'),
  vocab: count.describe('Rows of the embedding, padding included.'),
  tied: z.boolean().describe('The output matrix is the embedding.'),
  ropeBase: z.number().describe('Base of the rotary position frequencies.'),
  ropeScaling: ropeScalingSchema.nullable().describe('How rotary frequencies are stretched; null when they are not.'),
  rmsEps: z.number().describe('Epsilon of RMSNorm.'),
  contextLength: count.describe('Longest context the model was made for, tokens.'),
  qkvBias: z.boolean().describe('The q, k and v projections have biases.'),
  rotaryDim: count.optional().describe('Elements of a head that are rotated by position, when not all.'),
  qkNorm: z.boolean().optional().describe('Queries and keys are normalized head by head.'),
  experts: expertsSchema.optional().describe('Mixture of experts; absent for dense models.'),
  cache: z
    .array(cacheSchema)
    .optional()
    .describe('KV cache of layers that are not all alike, or hold something else than whole keys and values.'),
  isCacheKnown: z
    .boolean()
    .optional()
    .describe('False when it is not known what the layers keep of a token: whole keys and values are then the most.'),
});
export type Shape = z.infer<typeof shapeSchema>;

export const geometrySchema = shapeSchema.extend({ id: z.string().describe('Name of the known geometry.') });
export type Geometry = z.infer<typeof geometrySchema>;
