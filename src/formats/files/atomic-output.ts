import { open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { formatBytes } from '../../core/units.js';
import { makeFolder } from './make-folder.js';
import { outputError } from './output-error.js';

/** Tells apart outputs that one process makes at the same time. */
let serial = 0;

/**
 * Makes a file or folder at `path` whole or not at all: `make` writes to a sibling, which takes the name when it is done.
 * Left-overs of processes that are gone are removed first. Throws DISK_FULL, OUTPUT_UNWRITABLE, or what `make` throws.
 */
export async function atomicOutput<T>(path: string, bytes: number, make: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${path}.partial-${process.pid}-${serial++}`;
  try {
    makeFolder(dirname(path));
    await removeAbandoned(path);
    await checkFreeSpace(path, bytes);
    const result = await make(partial);
    await replace(partial, path);
    return result;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw outputError(path, cause);
  }
}

/** Flushes a finished file to the disk, so that a power cut cannot leave a model of zeros. */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function replace(partial: string, path: string): Promise<void> {
  // A file is replaced in one step; a folder cannot be renamed over a full one.
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) await rm(path, { recursive: true });
  await rename(partial, path);
}

async function removeAbandoned(path: string): Promise<void> {
  const prefix = `${basename(path)}.partial-`;
  for (const name of await readdir(dirname(path))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(dirname(path), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function checkFreeSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  if (free < bytes)
    throw new R1Error(
      'DISK_FULL',
      `${path} needs ${formatBytes(bytes)}, but ${formatBytes(free)} are free on its disk.`,
    );
}
