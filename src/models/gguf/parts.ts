import { existsSync } from 'node:fs';
import { partNames } from '../../formats/gguf/part-names.js';
import { type GgufFile, readGguf } from '../../formats/gguf/read.js';
import { numberOf } from '../../formats/gguf/value.js';
import { invalidModel } from '../../formats/invalid.js';

/** The files of a model, the first first. Throws MODEL_INVALID where one is missing. */
export function partPaths(path: string): string[] {
  const paths = partNames(path);
  const missing = paths.length > 1 && paths.find((part) => !existsSync(part));
  if (missing)
    throw invalidModel(path, `a part of the model is missing: ${missing}`, `all ${paths.length} parts in one folder`);
  return paths;
}

/** A model as if it were one file: metadata of the first part, tensors and bytes of all. Throws as `readGguf` does. */
export function readParts(path: string): GgufFile {
  const first = readGguf(partPaths(path)[0]!);
  const count = numberOf(first.metadata, 'split.count') ?? 1;
  if (count <= 1) return first;
  const paths = partPaths(path);
  if (paths.length !== count)
    throw invalidModel(path, `one of ${count} parts, under a name that does not say which`, 'NAME-00001-of-0000N.gguf');
  const parts = [first, ...paths.slice(1).map(readGguf)];
  return {
    ...first,
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tensors: parts.flatMap(({ tensors }) => tensors),
  };
}
