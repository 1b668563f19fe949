import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { leastOf } from '../../core/extremes.js';
import { kvBytesPerToken, type ModelFile, matchGeometry, type Shape } from '../../core/model.js';
import { ELEMENT_TYPE } from '../../formats/onnx/element-type.js';
import { type OnnxFile, readOnnx } from '../../formats/onnx/read.js';
import { readConfig } from '../huggingface/config.js';
import { elementsOf } from '../tensor-spec.js';
import { decoderTensors } from '../tensors.js';
import { readGenaiConfig } from './genai-config.js';

/**
 * Decoders exported by others: a folder with config.json whose graphs lie in it or in onnx/, as on onnx-community, or
 * one with the genai_config.json of onnxruntime-genai.
 * Levels are told from the operators of each graph; of two graphs in one level the first by name is taken.
 */
export function inspectPublishedOnnx(folder: string): ModelFile[] {
  const graphs = [folder, join(folder, 'onnx')].flatMap(graphsIn);
  const home = graphs.length > 0 && homeOf(folder);
  const shapeOf = home && shapeReader(home);
  if (!shapeOf) return [];
  const models = graphs
    .map(readOnnx)
    .filter(isDecoder)
    .map((file) => describe(file, shapeOf(file), home));
  return models.filter(({ quant }, i) => models.findIndex((other) => other.quant === quant) === i);
}

/** One graph of such a folder, in it or in its onnx/; undefined for a graph that is none. */
export function inspectPublishedGraph(path: string): ModelFile | undefined {
  const home = homeOf(dirname(path));
  const shapeOf = home && shapeReader(home);
  if (!shapeOf) return undefined;
  const file = readOnnx(path);
  return isDecoder(file) ? describe(file, shapeOf(file), home) : undefined;
}

/** Where the config of a graph lies: beside it, or one folder up when it lies in onnx/. */
const homeOf = (folder: string): string | undefined =>
  [folder, ...(basename(resolve(folder)) === 'onnx' ? [dirname(resolve(folder))] : [])].find(
    (place) => existsSync(join(place, 'config.json')) || existsSync(join(place, 'genai_config.json')),
  );

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
    bytesPerToken: Math.max(1, bytesReadPerToken(file)),
    kvBytesPerToken: kvBytesPerToken(shape),
    weights: 'trained',
    name: basename(resolve(folder)),
    contextLength: shape.contextLength,
  };
}

/**
 * Weights that an operator reads whole, each region of a data file once: tied tables are often named twice. A table
 * that is only gathered gives one row a token.
 */
function bytesReadPerToken({ weights, readWhole }: OnnxFile): number {
  const regions = new Map<string, number>();
  for (const { name, dataFile, offset, bytes } of weights)
    if (readWhole.has(name)) regions.set(dataFile === undefined ? name : `${dataFile}\0${offset}`, bytes);
  return [...regions.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function quantOf({ operators, weights }: OnnxFile): string {
  const bits = operators.get('MatMulNBits');
  const halves = weights.some(
    ({ elementType, dims }) =>
      (elementType === ELEMENT_TYPE.float16 || elementType === ELEMENT_TYPE.bfloat16) && dims.length > 1,
  );
  if (bits) return `int${bits.has(4) || bits.size === 0 ? 4 : leastOf(bits)}${halves ? '-f16' : ''}`;
  if (operators.has('MatMulBnb4')) return 'bnb4';
  if (operators.has('MatMulInteger') || operators.has('DynamicQuantizeMatMul')) return 'int8-dynamic';
  return halves ? 'fp16' : 'fp32';
}
