import { dirname, resolve } from 'node:path';
import type { Host } from '../../core/ports.js';
import { trimKernelText } from './file.js';

export type RecordedFiles = {
  platform?: NodeJS.Platform;
  arch: string;
  /** Text files by absolute path. */
  files: Record<string, string>;
  /** Binary files by absolute path. */
  bytes?: Record<string, Uint8Array>;
  /** Symbolic links by absolute path. */
  links?: Record<string, string>;
  /** Paths that existed but could not be read. */
  denied?: string[];
};

const NO_ENVIRONMENT: Pick<Host, 'env' | 'envNames'> = { env: () => undefined, envNames: () => [] };

/** A machine held in memory: captures, generated machines. Folders follow from the paths. */
export function memoryHost(recorded: RecordedFiles): Host {
  const bytes = recorded.bytes ?? {};
  const links = new Map(Object.entries(recorded.links ?? {}));
  const denied = new Set(recorded.denied ?? []);
  const folders = foldersOf([...Object.keys(recorded.files), ...Object.keys(bytes), ...links.keys(), ...denied]);
  const has = (path: string) => Object.hasOwn(recorded.files, path) || Object.hasOwn(bytes, path);
  const real = (path: string): string => followLinks(resolve('/', path), links);
  return {
    platform: recorded.platform ?? 'linux',
    arch: recorded.arch,
    isLive: false,
    read: (path) => {
      const text = recorded.files[real(path)];
      return text === undefined ? undefined : trimKernelText(text);
    },
    readBytes: (path, maxBytes) => {
      const at = real(path);
      const found = bytes[at] ?? (Object.hasOwn(recorded.files, at) ? Buffer.from(recorded.files[at]!) : undefined);
      return found?.subarray(0, maxBytes);
    },
    unreadable: (path) => (denied.has(real(path)) ? 'denied' : has(real(path)) ? undefined : 'missing'),
    list: (path) => [...(folders.get(real(path)) ?? [])].sort(),
    exists: (path) => has(real(path)) || folders.has(real(path)) || denied.has(real(path)),
    readLink: (path) => links.get(resolve('/', path)),
    ...NO_ENVIRONMENT,
  };
}

function foldersOf(paths: string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    for (let child = path, parent = dirname(path); child !== parent; child = parent, parent = dirname(parent)) {
      const names = folders.get(parent) ?? new Set();
      folders.set(parent, names.add(child.slice(child.lastIndexOf('/') + 1)));
    }
  }
  return folders;
}

function followLinks(path: string, links: Map<string, string>, depth = 0): string {
  if (depth > 20 || links.size === 0) return path;
  for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
    const prefix = end < 0 ? path : path.slice(0, end);
    const target = links.get(prefix);
    if (target !== undefined)
      return followLinks(resolve(dirname(prefix), target) + path.slice(prefix.length), links, depth + 1);
    if (end < 0) return path;
  }
}
