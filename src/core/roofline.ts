import { kvBytesRead } from './geometry.js';
import type { Shape } from './geometry-schema.js';

/**
 * Decoding one token reads every weight once and the KV cache of every earlier token once, and computes next to nothing
 * on them: no configuration decodes faster than memory delivers those bytes.
 */

/**
 * Bits a weight of each level that r1-tune makes. Block formats are exact, from the sizes of ggml's blocks (q4_0: 18 bytes
 * for 32 weights) and of ONNX MatMulNBits (a float scale for 32 weights, or 128); mixed levels are those of Llama 3.1 8B in
 * llama.cpp's tools/quantize/README.md.
 */
export const BITS_PER_WEIGHT = {
  f32: 32,
  f16: 16,
  bf16: 16,
  q8_0: 8.5,
  q6_k: 6.5625,
  q5_k_m: 5.7,
  q5_k_s: 5.57,
  q5_1: 6,
  q5_0: 5.5,
  q4_k_m: 4.89,
  q4_k_s: 4.67,
  q4_1: 5,
  q4_0: 4.5,
  iq4_nl: 4.68,
  iq4_xs: 4.46,
  q3_k_l: 4.3,
  q3_k_m: 4,
  q3_k_s: 3.64,
  iq3_m: 3.76,
  iq3_s: 3.66,
  q2_k: 3.16,
  tq2_0: 2.0625,
  tq1_0: 1.6875,
  fp32: 32,
  int8: 9,
  'int8-dynamic': 8,
  int4: 5,
  'int4-b128': 4.25,
} as const;
export type RooflineQuant = keyof typeof BITS_PER_WEIGHT;
export const isRooflineQuant = (quant: string): quant is RooflineQuant => Object.hasOwn(BITS_PER_WEIGHT, quant);

/** Weights that one decoded token reads: all matrices of the blocks, of experts those used, and the output matrix, not the input embedding. */
export const weightsPerToken = (shape: Shape): number => matrixWeights(shape, shape.experts?.used);

/** Weights of the whole model but for norms and biases: every expert, and the input embedding where it is a matrix of its own. */
export const weightsOfModel = (shape: Shape): number =>
  matrixWeights(shape, shape.experts?.count) + (shape.tied ? 0 : shape.vocab * shape.hidden);

/** Matrices of the blocks, with `through` experts in each, and the output matrix. */
function matrixWeights(shape: Shape, through = 1): number {
  const query = shape.heads * shape.headDim;
  const keyValue = shape.kvHeads * shape.headDim;
  const { ffn, count } = shape.experts ?? { ffn: shape.ffn, count: 0 };
  const feedForward = through * 3 * shape.hidden * ffn + count * shape.hidden;
  const block = 2 * shape.hidden * query + 2 * shape.hidden * keyValue + feedForward;
  return shape.layers * block + shape.vocab * shape.hidden;
}

/** Weight bytes that one decoded token reads at a level. For a file at hand, its own `bytesPerToken` is exact. */
export const weightBytesPerToken = (shape: Shape, quant: RooflineQuant): number =>
  (weightsPerToken(shape) * BITS_PER_WEIGHT[quant]) / 8;

/** The most tokens a second that a bandwidth allows for so many bytes a token. */
export const reachableTokensPerSecond = (bytesPerSecond: number, bytesPerToken: number): number =>
  bytesPerSecond / bytesPerToken;

export type RooflineRow = { quant: RooflineQuant; bytesPerToken: number; tokensPerSecond: number };

/** What each level of a geometry can reach when `contextTokens` are already in an f16 KV cache. */
export function decodeRoofline(
  bytesPerSecond: number,
  shape: Shape,
  quants: readonly RooflineQuant[],
  contextTokens = 0,
): RooflineRow[] {
  return quants.map((quant) => {
    const bytesPerToken = weightBytesPerToken(shape, quant) + kvBytesRead(shape, contextTokens);
    return { quant, bytesPerToken, tokensPerSecond: reachableTokensPerSecond(bytesPerSecond, bytesPerToken) };
  });
}

/** How much of the bandwidth a measured decode rate used, 0 to about 1. Above 1 the bandwidth was measured too low. */
export const rooflineShare = (tokensPerSecond: number, bytesPerToken: number, bytesPerSecond: number): number =>
  (tokensPerSecond * bytesPerToken) / bytesPerSecond;
