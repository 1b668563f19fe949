import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFile } from '../../core/model.js';
import { inspectOwnOnnx } from './inspect-own.js';
import { inspectPublishedOnnx } from './inspect-published.js';
import { MANIFEST } from './manifest.js';

/** The ONNX decoders in a folder: one of ours, or those of a published export, or none. Throws when one is damaged. */
export function inspectOnnxFolder(folder: string): ModelFile[] {
  return existsSync(join(folder, MANIFEST)) ? [inspectOwnOnnx(folder)] : inspectPublishedOnnx(folder);
}
