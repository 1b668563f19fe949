import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ModelFile } from '../../core/model.js';
import { readOnnx } from '../../formats/onnx/read.js';
import { fileSha256 } from '../file-hash.js';
import { partPaths } from '../gguf/parts.js';
import type { ResolveOptions } from './types.js';

/** SHA-256 of a model: that of a GGUF file, or one over the hashes of its parts, or of an ONNX graph and its data files. */
export async function modelSha256(
  model: ModelFile,
  options: Pick<ResolveOptions, 'home' | 'signal' | 'onStep'>,
): Promise<string> {
  const parts = model.format === 'gguf' ? partPaths(model.path) : [];
  if (parts.length === 1) return hashWithStep(parts[0]!, options);
  const hash = createHash('sha256');
  for (const path of parts.length > 1 ? parts : [model.path, ...readOnnx(model.path).dataFiles.sort()])
    hash.update(await hashWithStep(path, options));
  return hash.digest('hex');
}

function hashWithStep(
  path: string,
  { home, signal, onStep }: Pick<ResolveOptions, 'home' | 'signal' | 'onStep'>,
): Promise<string> {
  const onProgress = (share: number): void => onStep?.(`Reading ${basename(path)} through for its SHA-256`, share);
  return fileSha256(path, home, { signal, onProgress });
}
