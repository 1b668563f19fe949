import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { R1Error } from '../core/errors.js';

/** Makes a rename durable: the directory entry itself must reach the disk. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** The cause is told, not that there was nothing to clear away (`force` forgives a missing file only). */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Its folder is a file, or may not be written.
  }
}

/** Writes beside the target, flushes, renames: a reader sees the old file or the new one, never half of one. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  // Pods that share a volume often have the same process id.
  const partial = `${path}.partial-${hostname()}-${process.pid}`;
  try {
    const handle = openSync(partial, 'w');
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (cause) {
    removeQuietly(partial);
    throw new R1Error('OUTPUT_UNWRITABLE', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

export const writeJsonAtomic = (path: string, value: unknown): void =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
