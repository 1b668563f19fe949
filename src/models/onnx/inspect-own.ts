import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kvBytesPerToken, type ModelFile, matchGeometry } from '../../core/model.js';
import { invalidModel, parseFailure } from '../../formats/invalid.js';
import { readOnnx } from '../../formats/onnx/read.js';
import { GRAPH, MANIFEST, type Manifest, manifestSchema } from './manifest.js';

/** Reads what a folder made by `convertToOnnx` is. Throws MODEL_INVALID when a part is missing or damaged. */
export function inspectOwnOnnx(folder: string): ModelFile {
  const manifest = readManifest(folder);
  const { geometry } = manifest;
  const path = join(folder, GRAPH);
  return {
    path,
    format: 'onnx',
    quant: manifest.quant,
    sizeBytes: readOnnx(path).sizeBytes,
    sha256: null,
    architecture: geometry.architecture,
    geometryId: matchGeometry(geometry)?.id ?? null,
    geometry,
    parameters: manifest.parameters,
    bytesPerToken: manifest.bytesPerToken,
    kvBytesPerToken: kvBytesPerToken(geometry),
    weights: manifest.weights,
    name: manifest.name,
    contextLength: geometry.contextLength,
  };
}

function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw invalidModel(path, `not readable (${parseFailure(cause)})`, 'a manifest made by r1-tune', cause);
  }
}
