import type { Host } from '../../../src/core/ports.js';
import { memoryHost } from '../../../src/probes/host/memory.js';

/** A machine with some files changed: text replaces or adds a file, null takes it (or a whole folder) away. */
export function overlay(base: Host, changes: Record<string, string | null>): Host {
  const added = Object.fromEntries(
    Object.entries(changes).flatMap(([path, text]) => (text === null ? [] : [[path, text]])),
  );
  const removed = Object.keys(changes).filter((path) => changes[path] === null);
  const upper = memoryHost({ arch: base.arch, files: added });
  const isGone = (path: string) =>
    !Object.hasOwn(added, path) && removed.some((gone) => path === gone || path.startsWith(`${gone}/`));
  const pick = <T>(path: string, fromUpper: T, fromBase: () => T, isMissing: (value: T) => boolean): T => {
    if (!isMissing(fromUpper)) return fromUpper;
    return isGone(path) ? fromUpper : fromBase();
  };
  return {
    ...base,
    read: (path) =>
      pick(
        path,
        upper.read(path),
        () => base.read(path),
        (text) => text === undefined,
      ),
    readBytes: (path, max) =>
      pick(
        path,
        upper.readBytes(path, max),
        () => base.readBytes(path, max),
        (data) => data === undefined,
      ),
    unreadable: (path) => (upper.exists(path) ? undefined : isGone(path) ? 'missing' : base.unreadable(path)),
    exists: (path) => upper.exists(path) || (!isGone(path) && base.exists(path)),
    list: (path) => {
      const below = isGone(path)
        ? []
        : base.list(path).filter((name) => !isGone(`${path === '/' ? '' : path}/${name}`));
      return [...new Set([...below, ...upper.list(path)])].sort();
    },
    readLink: (path) => (isGone(path) || upper.exists(path) ? undefined : base.readLink(path)),
  };
}
