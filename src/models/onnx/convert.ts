import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelFile, Shape } from '../../core/model.js';
import { atomicOutput } from '../../formats/files/atomic-output.js';
import { readGguf } from '../../formats/gguf/read.js';
import { TensorData } from '../../formats/gguf/tensor-data.js';
import { writeGguf } from '../../formats/gguf/write.js';
import { unsupportedModel } from '../../formats/invalid.js';
import { Graph } from '../../formats/onnx/graph.js';
import { describeGguf } from '../gguf/inspect.js';
import { whyNotConvertible } from './convertible.js';
import { buildDecoder } from './decoder.js';
import { inspectOwnOnnx } from './inspect-own.js';
import type { OnnxLevel } from './levels.js';
import { EMBEDDING } from './linear.js';
import { GRAPH, GRAPH_DATA, MANIFEST, type Manifest, VOCABULARY } from './manifest.js';
import { isLossless, keepsFiner, storageOf } from './precision.js';
import { WeightsFile } from './weights-file.js';

export type ConvertRequest = {
  /** A GGUF file of a Qwen2 or Llama model. */
  source: string;
  level: OnnxLevel;
  /** Folder to make. */
  folder: string;
  /** Called with the share of the source read, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
};

/** Bytes of a weight in the widest storage of each level, for the free-space check. */
const BYTES_PER_WEIGHT: Record<OnnxLevel, number> = {
  fp32: 4,
  int8: 1.13,
  'int8-dynamic': 1.13,
  int4: 0.75,
  'int4-b128': 0.75,
};

/**
 * Makes a folder with an ONNX decoder of the same weights as a GGUF file. fp32 is exact; int4 from Q4_0 and int8 from Q8_0
 * are exact too; the rest is rounded to nearest. Streams: memory stays near one matrix in bytes (int8-dynamic) or far below.
 */
export async function convertToOnnx(request: ConvertRequest): Promise<ModelFile> {
  const file = readGguf(request.source);
  const model = describeGguf(file);
  const obstacle = whyNotConvertible(file, model.geometry);
  if (obstacle)
    throw unsupportedModel(file.path, obstacle, 'a model that can be converted; the llama-cpp backend runs this one');
  const bytes = model.parameters * BYTES_PER_WEIGHT[request.level];
  await atomicOutput(request.folder, bytes, async (partial) => {
    await mkdir(partial);
    const data = new TensorData(file, progressOf(request, file.tensors));
    try {
      const manifest = await writeGraph(partial, data, model, request);
      await writeGguf(join(partial, VOCABULARY), file.metadata, []);
      await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    } finally {
      data.close();
    }
  });
  return inspectOwnOnnx(request.folder);
}

function progressOf({ onProgress }: ConvertRequest, tensors: readonly { bytes: number }[]): (bytes: number) => void {
  const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return (bytes) => {
    done += bytes;
    onProgress?.(Math.min(1, done / total));
  };
}

async function writeGraph(
  folder: string,
  data: TensorData,
  model: ModelFile,
  request: ConvertRequest,
): Promise<Manifest> {
  const { level, signal } = request;
  const graph = new Graph();
  const weights = await WeightsFile.create(graph, join(folder, GRAPH_DATA), GRAPH_DATA, { signal });
  try {
    const isMixture = keepsFiner(matrixTypes(data));
    await buildDecoder({ graph, weights, data, level, isMixture }, model.geometry);
    await weights.finish();
  } finally {
    await weights.abandon();
  }
  await writeFile(join(folder, GRAPH), graph.encode(model.name));
  return manifestOf(model, level, weights, data);
}

const matrixTypes = (data: TensorData) =>
  data.file.tensors.filter(({ dims }) => dims.length === 2).map(({ type }) => type);

function manifestOf(model: ModelFile, level: OnnxLevel, weights: WeightsFile, data: TensorData): Manifest {
  const { name, geometry, parameters } = model;
  const types = matrixTypes(data);
  return {
    schemaVersion: 1,
    kind: 'r1-tune/onnx-model',
    name,
    geometry,
    quant: level,
    weights: model.weights,
    parameters,
    bytesPerToken: bytesReadPerToken(weights, geometry),
    source: {
      file: basename(model.path),
      quant: model.quant,
      isLossless: types.every((type) => isLossless(type, storageOf(level, [type], keepsFiner(types)))),
    },
  };
}

/** All weights but the embedding, which is read as a whole only when it is the output matrix too. */
function bytesReadPerToken(weights: WeightsFile, { tied }: Shape): number {
  const hasOwnOutput = weights.countBytes((name) => name.startsWith('logits')) > 0;
  const isEmbeddingRead = tied && !hasOwnOutput;
  return weights.countBytes((name) => isEmbeddingRead || !name.startsWith(EMBEDDING));
}
