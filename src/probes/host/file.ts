import { closeSync, constants, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { Host } from '../../core/ports.js';
import { insideRoot, type PathMap } from './sysroot-paths.js';

type FileReader = Pick<Host, 'read' | 'readBytes' | 'unreadable' | 'list' | 'exists' | 'readLink'>;

const CHUNK = Buffer.allocUnsafe(64 * 1024);
const AS_IS: PathMap = { follow: (path) => path, parentOnly: (path) => path };

/** Outer white space and NUL are not part of a kernel file's value. */
export const trimKernelText = (text: string): string => text.replace(/^[\s\0]+|[\s\0]+$/g, '');

/** Reads files of the running machine (no root) or of a recorded one below `root`. Whatever cannot be read is undefined. */
export function fileReader(root?: string): FileReader {
  const paths = root === undefined ? AS_IS : insideRoot(root);
  const readBytes = (path: string, maxBytes?: number) => attempt(() => readFile(paths, path, maxBytes));
  return {
    readBytes,
    read: (path) => {
      const bytes = readBytes(path);
      return bytes === undefined ? undefined : trimKernelText(Buffer.from(bytes).toString('utf8'));
    },
    unreadable: (path) => {
      try {
        closeSync(openSync(paths.follow(path), constants.O_RDONLY | constants.O_NONBLOCK));
        return undefined;
      } catch (error) {
        return ['EACCES', 'EPERM'].includes(codeOf(error)) ? 'denied' : 'missing';
      }
    },
    list: (path) => attempt(() => readdirSync(paths.follow(path)).sort()) ?? [],
    exists: (path) => attempt(() => existsSync(paths.follow(path))) ?? false,
    readLink: (path) => attempt(() => readlinkSync(paths.parentOnly(path))),
  };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** Nearly no file of /proc or /sys is a link: it is opened as a plain file first, which saves a look at each. */
function readFile(paths: PathMap, path: string, maxBytes?: number): Uint8Array {
  try {
    return readAll(paths.parentOnly(path), constants.O_NOFOLLOW, maxBytes);
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error;
    return readAll(paths.follow(path), 0, maxBytes);
  }
}

function readAll(path: string, flags: number, maxBytes = Number.POSITIVE_INFINITY): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  try {
    const parts: Buffer[] = [];
    for (let total = 0; total < maxBytes; ) {
      const size = readSync(file, CHUNK, 0, Math.min(CHUNK.length, maxBytes - total), null);
      if (size === 0) break;
      parts.push(Buffer.from(CHUNK.subarray(0, size)));
      total += size;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  } finally {
    closeSync(file);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
