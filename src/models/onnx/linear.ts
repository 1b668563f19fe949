import type { GgufTensor } from '../../formats/gguf/read.js';
import type { TensorData } from '../../formats/gguf/tensor-data.js';
import { type Graph, MICROSOFT } from '../../formats/onnx/graph.js';
import type { OnnxLevel } from './levels.js';
import { blockChunks, bytesOf, columnBytes, floatChunks, type Stacked, stacked } from './matrix-data.js';
import { blocksOf } from './pack.js';
import { type Storage, storageOf } from './precision.js';
import type { WeightsFile } from './weights-file.js';

/** What building a graph works with. */
export type Build = {
  graph: Graph;
  weights: WeightsFile;
  data: TensorData;
  level: OnnxLevel;
  /** What `keepsFiner` says of the source. */
  isMixture: boolean;
};

/** MatMulNBits accuracy_level 4: activations in 8 bits, integer kernels. */
const INT8_ACTIVATIONS = 4;

/**
 * output = input × Wᵀ + bias, where the rows of W are those of the named tensors one below the other.
 * Gives `output`. The bias is left out when the file has none.
 */
export async function linear(build: Build, input: string, output: string, names: readonly string[]): Promise<string> {
  const matrix = stacked(names.map((name) => build.data.get(`${name}.weight`)));
  const bias = await biasOf(build, output, names);
  const storage = storageOf(
    build.level,
    matrix.tensors.map(({ type }) => type),
    build.isMixture,
  );
  if (storage.kind === 'blocks') return blockLinear(build, input, output, matrix, storage, bias);
  return storage.kind === 'dynamic'
    ? dynamicLinear(build, input, output, matrix, bias)
    : floatLinear(build, input, output, matrix, bias);
}

async function biasOf({ weights, data }: Build, output: string, names: readonly string[]): Promise<string | undefined> {
  const tensors = names.map((name) => data.find(`${name}.bias`)).filter((tensor) => tensor !== undefined);
  if (tensors.length === 0) return undefined;
  const width = tensors.reduce((sum: number, tensor: GgufTensor) => sum + tensor.elements, 0);
  return weights.add(
    `${output}.bias`,
    'float32',
    [width],
    tensors.map((tensor) => bytesOf(data.floats(tensor))),
  );
}

async function blockLinear(
  build: Build,
  input: string,
  output: string,
  matrix: Stacked,
  storage: Extract<Storage, { kind: 'blocks' }>,
  bias: string | undefined,
): Promise<string> {
  const { graph, weights } = build;
  const { bits, block } = storage;
  const stored = await storeBlocks(build, weightName(output, matrix), matrix, storage);
  const blocks = blocksOf(matrix.columns, block);
  const quants = weights.declare(stored, 'uint8', [matrix.rows, blocks, (block * bits) / 8]);
  const scales = weights.declare(`${stored}.scales`, 'float32', [matrix.rows, blocks]);
  const attributes = { K: matrix.columns, N: matrix.rows, bits, block_size: block, accuracy_level: INT8_ACTIVATIONS };
  const inputs = [input, quants, scales, ...(bias ? ['', '', bias] : [])];
  return graph.node('MatMulNBits', inputs, [output], attributes, MICROSOFT);
}

/** The name of the embedding, so that a tied output matrix finds it written already; else that of the output. */
export const EMBEDDING = 'embedding';
const weightName = (output: string, { tensors }: Stacked): string =>
  tensors[0]!.name === 'token_embd.weight' ? EMBEDDING : output;

/** Writes a matrix in blocks, and its scales under that name with `.scales`. Gives the name. */
export async function storeBlocks(
  { weights, data }: Build,
  name: string,
  matrix: Stacked,
  { bits, block }: Extract<Storage, { kind: 'blocks' }>,
): Promise<string> {
  const stored = `${name}.q${bits}b${block}`;
  const scales = new Float32Array(matrix.rows * blocksOf(matrix.columns, block));
  await weights.store(stored, blockChunks(data, matrix, bits, block, scales));
  await weights.store(`${stored}.scales`, [bytesOf(scales)]);
  return stored;
}

async function dynamicLinear(
  build: Build,
  input: string,
  output: string,
  matrix: Stacked,
  bias: string | undefined,
): Promise<string> {
  const { graph, weights } = build;
  const { quants, scales } = columnBytes(build.data, matrix);
  const inputs = [
    input,
    await weights.add(`${output}.quants`, 'int8', [matrix.columns, matrix.rows], [bytesOf(quants)]),
    await weights.add(`${output}.scales`, 'float32', [matrix.rows], [bytesOf(scales)]),
  ];
  return graph.node('DynamicQuantizeMatMul', [...inputs, ...(bias ? ['', bias] : [])], [output], {}, MICROSOFT);
}

/** FusedMatMul takes the matrix as stored; a plain MatMul would need it transposed. */
async function floatLinear(
  build: Build,
  input: string,
  output: string,
  matrix: Stacked,
  bias: string | undefined,
): Promise<string> {
  const weight = await floatWeights(build, `${weightName(output, matrix)}.weight`, matrix);
  const { graph } = build;
  const product = bias ? `${output}.product` : output;
  graph.node('FusedMatMul', [input, weight], [product], { transB: 1 }, MICROSOFT);
  return bias ? graph.node('Add', [product, bias], [output]) : product;
}

/** Writes a matrix in floats, rows as in the source, and names it. */
export async function floatWeights({ weights, data }: Build, name: string, matrix: Stacked): Promise<string> {
  await weights.store(name, floatChunks(data, matrix));
  return weights.declare(name, 'float32', [matrix.rows, matrix.columns]);
}
