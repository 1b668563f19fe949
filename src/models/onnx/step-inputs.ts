import type { Shape } from '../../core/model.js';
import type { Graph } from '../../formats/onnx/graph.js';
import type { Rotary } from './rotary.js';

/** Names of what all layers share in one step. */
export const STEP = {
  /** [1]: new tokens of each sequence. */
  newLength: 'step.new_length',
  /** [2]: cached and new positions, to split attention by. */
  positionSplit: 'step.position_split',
  /** [batch, 1, new × group, past + new]: 0 where a query may look, very negative where not. */
  mask: 'step.mask',
  /** [new × batch, half a head]: rotary tables for just the positions of this step. */
  cos: 'step.cos',
  sin: 'step.sin',
  /** [new, batch]: the row of the tables for each token. */
  rotaryRows: 'step.rotary_rows',
} as const;

/** Far below any score, and far from overflow. */
const MASKED = -1e30;

/** Declares the graph's inputs and computes from them, once a step, what every layer needs. */
export function stepInputs(graph: Graph, shape: Shape, rotary: Rotary): void {
  declareInputs(graph, shape);
  constants(graph);
  lengths(graph);
  rotaryTables(graph, rotary);
  mask(graph, shape);
}

function declareInputs(graph: Graph, { layers, kvHeads, headDim }: Shape): void {
  graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  graph.input('past_lengths', 'int64', ['batch_size']);
  graph.input('logits_positions', 'int64', ['logits_count']);
  for (let layer = 0; layer < layers; layer++)
    for (const kind of ['key', 'value'])
      graph.input(`past_key_values.${layer}.${kind}`, 'float32', [
        'past_sequence_length',
        'batch_size',
        kvHeads,
        headDim,
      ]);
}

function constants(graph: Graph): void {
  graph.int64('const.0', [0]);
  graph.int64('const.1', [1]);
  graph.int64('const.scalar0', [0], []);
  graph.int64('const.scalar1', [1], []);
  graph.float32('const.allowed', [0], []);
  graph.float32('const.masked', [MASKED], []);
}

function lengths(graph: Graph): void {
  graph.node('Shape', ['input_ids'], ['step.ids_shape']);
  graph.node('Gather', ['step.ids_shape', 'const.0'], ['step.batch']);
  graph.node('Gather', ['step.ids_shape', 'const.1'], [STEP.newLength]);
  graph.node('Shape', ['past_key_values.0.key'], ['step.past_shape']);
  graph.node('Gather', ['step.past_shape', 'const.0'], ['step.past_length']);
  graph.node('Concat', ['step.past_length', STEP.newLength], [STEP.positionSplit], { axis: 0 });
  graph.node('Squeeze', [STEP.newLength], ['step.new_scalar']);
  graph.node('Squeeze', ['step.past_length'], ['step.past_scalar']);
  graph.node('Range', ['const.scalar0', 'step.new_scalar', 'const.scalar1'], ['step.new_range']);
  graph.node('Range', ['const.scalar0', 'step.past_scalar', 'const.scalar1'], ['step.past_range']);
  graph.node('Unsqueeze', ['past_lengths', 'const.1'], ['step.past_column']);
  graph.node('Unsqueeze', ['step.new_range', 'const.1'], ['step.new_column']);
}

/** Tables for the positions of this step only: none has to be stored, and no context is too long for them. */
function rotaryTables(graph: Graph, { frequencies, magnitude }: Rotary): void {
  graph.float32('rotary.inverse_frequencies', frequencies, [1, frequencies.length]);
  graph.node('Unsqueeze', ['past_lengths', 'const.0'], ['step.past_row']);
  graph.node('Add', ['step.new_column', 'step.past_row'], ['step.positions']);
  graph.int64('const.column', [-1, 1]);
  graph.node('Reshape', ['step.positions', 'const.column'], ['step.positions_column']);
  graph.node('Cast', ['step.positions_column'], ['step.positions_float'], { to: 1 });
  graph.node('Mul', ['step.positions_float', 'rotary.inverse_frequencies'], ['step.angles']);
  if (magnitude !== 1) graph.float32('rotary.magnitude', [magnitude], []);
  for (const [operator, table] of [
    ['Cos', STEP.cos],
    ['Sin', STEP.sin],
  ] as const) {
    const plain = magnitude === 1 ? table : `${table}.plain`;
    graph.node(operator, ['step.angles'], [plain]);
    if (magnitude !== 1) graph.node('Mul', [plain, 'rotary.magnitude'], [table]);
  }
  graph.node('Mul', ['step.batch', STEP.newLength], ['step.token_count']);
  graph.node('Squeeze', ['step.token_count'], ['step.token_scalar']);
  graph.node('Range', ['const.scalar0', 'step.token_scalar', 'const.scalar1'], ['step.token_range']);
  graph.node('Concat', [STEP.newLength, 'step.batch'], ['step.rows_shape'], { axis: 0 });
  graph.node('Reshape', ['step.token_range', 'step.rows_shape'], [STEP.rotaryRows]);
}

/**
 * A query sees the valid cached positions of its own sequence, and new positions up to its own. The mask has a row for
 * every query of a group, since it is then added to the scores as they are, without a reshape in each layer.
 */
function mask(graph: Graph, { heads, kvHeads }: Shape): void {
  graph.int64('const.group', [heads / kvHeads]);
  graph.int64('const.past_mask_dims', [0, 1, 1, -1]);
  graph.int64('const.0,1,-1', [0, 1, -1]);
  graph.node('Less', ['step.past_range', 'step.past_column'], ['step.is_cached']);
  graph.node('Where', ['step.is_cached', 'const.allowed', 'const.masked'], ['step.past_mask']);
  graph.node('Reshape', ['step.past_mask', 'const.past_mask_dims'], ['step.past_mask_4d']);
  graph.node('Mul', [STEP.newLength, 'const.group'], ['step.query_rows']);
  graph.node('Concat', ['step.batch', 'const.1', 'step.query_rows', 'step.past_length'], ['step.past_mask_shape'], {
    axis: 0,
  });
  graph.node('Expand', ['step.past_mask_4d', 'step.past_mask_shape'], ['step.past_mask_full']);
  graph.node('LessOrEqual', ['step.new_range', 'step.new_column'], ['step.is_earlier']);
  graph.node('Where', ['step.is_earlier', 'const.allowed', 'const.masked'], ['step.new_mask']);
  graph.node('Unsqueeze', ['step.new_mask', 'const.1'], ['step.new_mask_3d']);
  graph.node('Concat', ['step.batch', STEP.newLength, 'const.group', STEP.newLength], ['step.new_mask_shape'], {
    axis: 0,
  });
  graph.node('Expand', ['step.new_mask_3d', 'step.new_mask_shape'], ['step.new_mask_grouped']);
  graph.node('Concat', ['const.0,1,-1', STEP.newLength], ['step.new_mask_dims'], { axis: 0 });
  graph.node('Reshape', ['step.new_mask_grouped', 'step.new_mask_dims'], ['step.new_mask_full']);
  graph.node('Concat', ['step.past_mask_full', 'step.new_mask_full'], [STEP.mask], { axis: 3 });
}
