import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFile } from '../../core/model.js';
import { inspectOwnOnnx } from './inspect-own.js';
import { inspectPublishedGraph, inspectPublishedOnnx } from './inspect-published.js';
import { MANIFEST } from './manifest.js';

/** The decoder in one graph; undefined for a graph that is none. Throws when it is damaged. */
export function inspectOnnxFile(path: string): ModelFile | undefined {
  const folder = dirname(path);
  if (existsSync(join(folder, MANIFEST)))
    return [inspectOwnOnnx(folder)].find((model) => join(model.path) === join(path));
  return inspectPublishedGraph(path);
}

/** The ONNX decoders in a folder: one of ours, or those of a published export, or none. Throws when one is damaged. */
export function inspectOnnxFolder(folder: string): ModelFile[] {
  return existsSync(join(folder, MANIFEST)) ? [inspectOwnOnnx(folder)] : inspectPublishedOnnx(folder);
}
