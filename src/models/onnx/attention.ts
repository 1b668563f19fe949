import type { Shape } from '../../core/model.js';
import { type Graph, MICROSOFT } from '../../formats/onnx/graph.js';
import { STEP } from './step-inputs.js';

/** Constants that the attention of every layer uses. */
export function attentionConstants(graph: Graph, { heads, kvHeads, headDim }: Shape): void {
  graph.int64('attention.split', [heads * headDim, kvHeads * headDim, kvHeads * headDim]);
  graph.int64('attention.query_heads', [0, 0, kvHeads, heads / kvHeads, headDim]);
  graph.int64('attention.query_rows', [0, 0, -1, headDim]);
  graph.int64('attention.kv_heads', [0, 0, kvHeads, headDim]);
  graph.int64('attention.output_heads', [0, 0, -1, heads / kvHeads, headDim]);
  graph.int64('attention.output_rows', [0, 0, heads * headDim]);
}

/**
 * Grouped-query attention over cached and new rows, which stay where they are: queries are multiplied with both, and one
 * softmax is taken over all scores. GroupQueryAttention would copy the cache at each step unless input and output share memory,
 * which onnxruntime-node cannot arrange. `qkv` is [batch, new, (heads + 2 kvHeads) × headDim]; gives [batch, new, heads × headDim].
 */
export function attention(graph: Graph, shape: Shape, layer: number, qkv: string, norms?: HeadNorms): string {
  const name = (part: string): string => `layers.${layer}.${part}`;
  // Positions first, as the cache has them: one small transpose here saves one for the keys and one for the values.
  graph.node('Transpose', [qkv], [name('qkv.rows')], { perm: [1, 0, 2] });
  graph.node('Split', [name('qkv.rows'), 'attention.split'], [name('q'), name('k'), name('v')], { axis: 2 });
  const normed = (part: 'q' | 'k') => (norms ? headNorm(graph, shape, name(part), norms[part]) : name(part));
  const queries = queryRows(graph, shape, normed('q'), name);
  const keys = cacheRows(graph, rotary(graph, shape, normed('k'), shape.kvHeads), `new.${layer}.key`);
  const values = cacheRows(graph, name('v'), `new.${layer}.value`);
  declareOutputs(graph, shape, layer);

  const scale = 1 / Math.sqrt(shape.headDim);
  const [pastKeys, pastValues] = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`) as [string, string];
  const scores = graph.node(
    'Concat',
    [
      product(graph, queries, pastKeys, name('scores.past'), { transB: 1, alpha: { float: scale } }),
      product(graph, queries, keys, name('scores.new'), { transB: 1, alpha: { float: scale } }),
    ],
    [name('scores')],
    { axis: 3 },
  );
  graph.node('Split', [softmax(graph, scores, name), STEP.positionSplit], [name('p.past'), name('p.new')], { axis: 3 });
  graph.node(
    'Add',
    [
      product(graph, name('p.past'), pastValues, name('mixed.past')),
      product(graph, name('p.new'), values, name('mixed.new')),
    ],
    [name('mixed')],
  );
  return outputRows(graph, name);
}

/** Names of the scales of the RMSNorm that Qwen3 puts on every head of the queries and of the keys. */
export type HeadNorms = { q: string; k: string };

/** [new, batch, heads × width], each head divided by its own root mean square. */
function headNorm(graph: Graph, { headDim, rmsEps }: Shape, input: string, scale: string): string {
  graph.int64(`${input}.by_head`, [0, 0, -1, headDim]);
  graph.int64(`${input}.flat`, [0, 0, -1]);
  graph.node('Reshape', [input, `${input}.by_head`], [`${input}.heads.raw`]);
  const attributes = { axis: -1, epsilon: { float: rmsEps }, stash_type: 1 };
  graph.node('SimplifiedLayerNormalization', [`${input}.heads.raw`, scale], [`${input}.heads.normed`], attributes);
  return graph.node('Reshape', [`${input}.heads.normed`, `${input}.flat`], [`${input}.normed`]);
}

function rotary(graph: Graph, { architecture }: Shape, input: string, heads: number): string {
  // GGUF stores llama's q and k rows so that the pairs of a rotation are neighbours; those of qwen2 and qwen3 are half a head apart.
  const attributes = { num_heads: heads, interleaved: architecture === 'llama' ? 1 : 0 };
  const inputs = [input, STEP.rotaryRows, STEP.cos, STEP.sin];
  return graph.node('RotaryEmbedding', inputs, [`${input}.rotated`], attributes, MICROSOFT);
}

/** [new, batch, heads × width] → [batch, kvHeads, new × group, width]: the queries of a group lie together. */
function queryRows(graph: Graph, shape: Shape, input: string, name: (part: string) => string): string {
  const rotated = rotary(graph, shape, input, shape.heads);
  graph.node('Reshape', [rotated, 'attention.query_heads'], [name('q.heads')]);
  graph.node('Transpose', [name('q.heads')], [name('q.grouped')], { perm: [1, 2, 0, 3, 4] });
  return graph.node('Reshape', [name('q.grouped'), 'attention.query_rows'], [name('q.rows')]);
}

/** [new, batch, kvHeads × width] → [new, batch, kvHeads, width], the layout of the cache. */
const cacheRows = (graph: Graph, input: string, output: string): string =>
  graph.node('Reshape', [input, 'attention.kv_heads'], [output]);

function declareOutputs(graph: Graph, { kvHeads, headDim }: Shape, layer: number): void {
  for (const kind of ['key', 'value'])
    graph.output(`new.${layer}.${kind}`, 'float32', ['sequence_length', 'batch_size', kvHeads, headDim]);
}

/**
 * The right operand is [rows, batch, kvHeads, width]. ONNX Runtime folds its transposition into the product, which then reads it
 * with strides and copies nothing (MatMulTransposeFusion, of graph optimization "extended"). OpenVINO knows no such product: it
 * ignores transBatchB of a FusedMatMul that has it already.
 */
function product(
  graph: Graph,
  left: string,
  right: string,
  output: string,
  attributes: Parameters<Graph['node']>[3] = {},
): string {
  const byHead = graph.node('Transpose', [right], [`${output}.by_head`], { perm: [1, 2, 0, 3] });
  return graph.node('FusedMatMul', [left, byHead], [output], attributes, MICROSOFT);
}

function softmax(graph: Graph, scores: string, name: (part: string) => string): string {
  graph.node('Add', [scores, STEP.mask], [name('scores.masked')]);
  return graph.node('Softmax', [name('scores.masked')], [name('p')], { axis: -1 });
}

/** [batch, kvHeads, new × group, width] → [batch, new, heads × width]. */
function outputRows(graph: Graph, name: (part: string) => string): string {
  graph.node('Reshape', [name('mixed'), 'attention.output_heads'], [name('mixed.heads')]);
  graph.node('Transpose', [name('mixed.heads')], [name('mixed.ordered')], { perm: [0, 2, 1, 3, 4] });
  return graph.node('Reshape', [name('mixed.ordered'), 'attention.output_rows'], [name('attention')]);
}
