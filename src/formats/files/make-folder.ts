import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { R1Error } from '../../core/errors.js';

/** False for what is missing and for what lies below a file. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder and those above it. Not by Node's recursive mkdir: that one never ends where the file system answers
 * "no such file" to every new name, as /proc does. Throws `OUTPUT_UNWRITABLE`.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    if (isFolder(path)) return;
    throw new R1Error('OUTPUT_UNWRITABLE', `The folder ${path} cannot be made: ${(cause as Error).message}`, { cause });
  }
}
