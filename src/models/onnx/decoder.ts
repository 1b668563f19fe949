import type { Shape } from '../../core/model.js';
import { MICROSOFT } from '../../formats/onnx/graph.js';
import { attention, attentionConstants } from './attention.js';
import { embedding } from './embedding.js';
import { type Build, linear } from './linear.js';
import { bytesOf } from './matrix-data.js';
import { rotaryOf } from './rotary.js';
import { stepInputs } from './step-inputs.js';

/**
 * Builds a Qwen2, Qwen3 or Llama decoder. Inputs and outputs are those of docs/models.md, "ONNX graph interface".
 * Weights are streamed to the data file as the nodes that use them are made.
 */
export async function buildDecoder(build: Build, shape: Shape): Promise<void> {
  stepInputs(build.graph, shape, rotaryOf(shape, build.data));
  attentionConstants(build.graph, shape);
  let residual = await embedding(build);
  let normed = build.graph.node(
    'SimplifiedLayerNormalization',
    [residual, await normWeight(build, 'blk.0.attn_norm')],
    ['layers.0.attention_input'],
    { axis: -1, epsilon: { float: shape.rmsEps }, stash_type: 1 },
  );
  for (let layer = 0; layer < shape.layers; layer++) {
    const mixed = await attentionBlock(build, shape, layer, normed);
    const middle = await addAndNorm(build, shape, residual, mixed, `blk.${layer}.ffn_norm`, `layers.${layer}.middle`);
    const fed = await feedForward(build, layer, middle.normed);
    const isLast = layer === shape.layers - 1;
    const nextNorm = isLast ? 'output_norm' : `blk.${layer + 1}.attn_norm`;
    const end = await addAndNorm(build, shape, middle.residual, fed, nextNorm, `layers.${layer}.end`, isLast);
    ({ residual, normed } = end);
  }
  await output(build, shape, normed);
}

async function attentionBlock(build: Build, shape: Shape, layer: number, input: string): Promise<string> {
  const block = `blk.${layer}.`;
  const projections = [`${block}attn_q`, `${block}attn_k`, `${block}attn_v`];
  const qkv = await linear(build, input, `layers.${layer}.qkv`, projections);
  const norms = shape.qkNorm
    ? { q: await normWeight(build, `${block}attn_q_norm`), k: await normWeight(build, `${block}attn_k_norm`) }
    : undefined;
  const mixed = attention(build.graph, shape, layer, qkv, norms);
  return linear(build, mixed, `layers.${layer}.attention_output`, [`${block}attn_output`]);
}

/** down(silu(gate) × up); QuickGelu with alpha 1 is SiLU in one pass. */
async function feedForward(build: Build, layer: number, input: string): Promise<string> {
  const { graph } = build;
  const name = `layers.${layer}.ffn`;
  const gate = await linear(build, input, `${name}.gate`, [`blk.${layer}.ffn_gate`]);
  const up = await linear(build, input, `${name}.up`, [`blk.${layer}.ffn_up`]);
  graph.node('QuickGelu', [gate], [`${name}.active`], { alpha: { float: 1 } }, MICROSOFT);
  graph.node('Mul', [`${name}.active`, up], [`${name}.inner`]);
  return linear(build, `${name}.inner`, `${name}.down`, [`blk.${layer}.ffn_down`]);
}

/** residual + addend, and its RMSNorm. The last sum of all is not needed again, and a named output must be used. */
async function addAndNorm(
  build: Build,
  shape: Shape,
  residual: string,
  addend: string,
  norm: string,
  name: string,
  isLast = false,
): Promise<{ residual: string; normed: string }> {
  const sum = `${name}.residual`;
  const outputs = isLast ? [`${name}.normed`] : [`${name}.normed`, '', '', sum];
  const inputs = [residual, addend, await normWeight(build, norm)];
  const attributes = { epsilon: { float: shape.rmsEps } };
  build.graph.node('SkipSimplifiedLayerNormalization', inputs, outputs, attributes, MICROSOFT);
  return { residual: sum, normed: `${name}.normed` };
}

function normWeight({ weights, data }: Build, name: string): Promise<string> {
  const tensor = data.get(`${name}.weight`);
  return weights.add(`${name}.weight`, 'float32', [tensor.elements], [bytesOf(data.floats(tensor))]);
}

/** Logits of the asked positions only: a prompt of 128 would else pay 128 products with the largest matrix. */
async function output(build: Build, shape: Shape, normed: string): Promise<void> {
  const { graph } = build;
  graph.node('Gather', [normed, 'logits_positions'], ['selected'], { axis: 1 });
  await linear(build, 'selected', 'logits', [shape.tied ? 'token_embd' : 'output']);
  graph.output('logits', 'float32', ['batch_size', 'logits_count', shape.vocab]);
}
