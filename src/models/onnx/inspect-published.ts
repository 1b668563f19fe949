import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { kvBytesPerToken, type ModelFile, matchGeometry, type Shape } from '../../core/model.js';
import { type OnnxFile, readOnnx } from '../../formats/onnx/read.js';
import { readConfig } from '../huggingface/config.js';
import { decoderTensors, elementsOf } from '../tensors.js';
import { readGenaiConfig } from './genai-config.js';

/** TensorProto.DataType. */
const FLOAT16 = 10;
const BFLOAT16 = 16;

/**
 * Decoders exported by others: a folder with config.json whose graphs lie in it or in onnx/, as on onnx-community, or
 * one with the genai_config.json of onnxruntime-genai.
 * Levels are told from the operators of each graph; of two graphs in one level the first by name is taken.
 */
export function inspectPublishedOnnx(folder: string): ModelFile[] {
  const graphs = [folder, join(folder, 'onnx')].flatMap(graphsIn);
  const shapeOf = graphs.length > 0 && shapeReader(folder);
  if (!shapeOf) return [];
  const models = graphs
    .map(readOnnx)
    .filter(isDecoder)
    .map((file) => describe(file, shapeOf(file), folder));
  return models.filter(({ quant }, i) => models.findIndex((other) => other.quant === quant) === i);
}

function shapeReader(folder: string): ((file: OnnxFile) => Shape) | null {
  const [config, genai] = ['config.json', 'genai_config.json'].map((name) => join(folder, name)) as [string, string];
  if (existsSync(config)) {
    const shape = readConfig(config);
    return () => shape;
  }
  return existsSync(genai) ? (file) => readGenaiConfig(genai, file) : null;
}

const graphsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.onnx'))
        .sort()
        .map((name) => join(folder, name))
    : [];

const isDecoder = ({ inputs, outputs }: OnnxFile): boolean =>
  inputs.some(({ name }) => name === 'input_ids') &&
  inputs.some(({ name }) => name.startsWith('past_key_values.')) &&
  outputs.some(({ name }) => name === 'logits');

function describe(file: OnnxFile, shape: Shape, folder: string): ModelFile {
  const weightBytes = file.weights.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    path: file.path,
    format: 'onnx',
    quant: quantOf(file),
    sizeBytes: file.sizeBytes,
    sha256: null,
    architecture: shape.architecture,
    geometryId: matchGeometry(shape)?.id ?? null,
    geometry: shape,
    parameters: decoderTensors(shape).reduce((sum, { dims }) => sum + elementsOf(dims), 0),
    bytesPerToken: Math.max(1, weightBytes - (shape.tied ? 0 : embeddingBytes(file, shape))),
    kvBytesPerToken: kvBytesPerToken(shape),
    weights: 'trained',
    name: basename(resolve(folder)),
    contextLength: shape.contextLength,
  };
}

/** The weights with one row a token whose names speak of an embedding: the table, and its scales when it has some. */
function embeddingBytes(file: OnnxFile, { vocab }: Shape): number {
  const parts = file.weights.filter(({ name, dims }) => /embed/i.test(name) && dims[0] === vocab);
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function quantOf({ operators, weights }: OnnxFile): string {
  const bits = operators.get('MatMulNBits');
  const halves = weights.some(
    ({ elementType, dims }) => (elementType === FLOAT16 || elementType === BFLOAT16) && dims.length > 1,
  );
  if (bits) return `int${bits.has(4) || bits.size === 0 ? 4 : Math.min(...bits)}${halves ? '-f16' : ''}`;
  if (operators.has('MatMulBnb4')) return 'bnb4';
  if (operators.has('MatMulInteger') || operators.has('DynamicQuantizeMatMul')) return 'int8-dynamic';
  return halves ? 'fp16' : 'fp32';
}
