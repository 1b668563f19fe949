import { statSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { R1Error } from '../../../core/errors.js';
import type { GraphFile } from './graph-file.js';

/**
 * Checks that every weight file the graph points to is there and long enough: ONNX Runtime maps them into memory, and
 * a mapped file that is cut short ends the process with SIGBUS instead of an error. Throws `MODEL_INVALID`.
 */
export function checkExternalData(graph: GraphFile): void {
  const needed = new Map<string, number>();
  for (const { location, offset, length, tensor } of graph.externalData) {
    const inside = normalize(location);
    if (inside.startsWith('..') || inside.startsWith(sep))
      throw new R1Error('MODEL_INVALID', `${graph.path} takes the weights of "${tensor}" from outside its folder.`);
    needed.set(inside, Math.max(needed.get(inside) ?? 0, offset + (length ?? 0)));
  }
  for (const [location, bytes] of needed) checkLength(graph.path, location, bytes);
}

function checkLength(graphPath: string, location: string, bytes: number): void {
  const size = statSync(join(dirname(graphPath), location), { throwIfNoEntry: false })?.size;
  if (size === undefined)
    throw new R1Error('MODEL_INVALID', `${basename(graphPath)} needs ${location} beside it, which is not there.`, {
      fix: 'Fetch the whole folder of the model: the graph and its weight files belong together.',
    });
  if (size < bytes)
    throw new R1Error('MODEL_INVALID', `${location} has ${size} bytes; ${basename(graphPath)} needs ${bytes}.`, {
      fix: 'The file is cut short: fetch or convert the model again.',
    });
}
