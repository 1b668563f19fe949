import { MICROSOFT } from '../../formats/onnx/graph.js';
import { type Build, EMBEDDING, floatWeights, storeBlocks } from './linear.js';
import { stacked } from './matrix-data.js';
import { packedBytes } from './pack.js';
import { storageOf } from './precision.js';

const TABLE = 'token_embd.weight';

/**
 * Looks up the rows of `input_ids`: [batch, new, hidden]. Quantized tables are gathered in blocks of 32; they are stored in the shape
 * of a matrix product and named a second time in the flat shape of the gather, so that a tied output can use them too.
 */
export async function embedding(build: Build): Promise<string> {
  const { graph, weights, data, level, isMixture } = build;
  const matrix = stacked([data.get(TABLE)]);
  const storage = storageOf(level === 'int4-b128' ? 'int4' : level, [matrix.tensors[0]!.type], isMixture);
  if (storage.kind === 'float' || matrix.columns % 32 !== 0) {
    const table = await floatWeights(build, `${EMBEDDING}.weight`, matrix);
    return graph.node('Gather', [table, 'input_ids'], ['embedded'], { axis: 0 });
  }
  const blocks = storage.kind === 'blocks' ? storage : { kind: 'blocks' as const, bits: 8 as const, block: 32 };
  const stored = await storeBlocks(build, EMBEDDING, matrix, blocks);
  const rowBytes = packedBytes(matrix.columns, blocks.bits, blocks.block);
  const quants = weights.declare(`${stored}.rows`, 'uint8', [matrix.rows, rowBytes], stored);
  const scales = weights.declare(`${stored}.scales`, 'float32', [matrix.rows, matrix.columns / blocks.block]);
  const attributes = { bits: blocks.bits, block_size: blocks.block, gather_axis: 0, quantize_axis: 1 };
  return graph.node('GatherBlockQuantized', [quants, 'input_ids', scales], ['embedded'], attributes, MICROSOFT);
}
