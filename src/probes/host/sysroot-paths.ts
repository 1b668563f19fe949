import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** Maps a path of a machine to one on this disk. */
export type PathMap = {
  /** With every link followed. */
  follow(path: string): string;
  /** With the links of the folders followed, but not the last part. */
  parentOnly(path: string): string;
};

const LINK_DEPTH = 20;

/**
 * Paths of a recorded machine that lies in the folder `root`. A link with an absolute target, or one that climbs out,
 * is followed inside the recording, as chroot would: a recording never shows files of the machine it is read on.
 */
export function insideRoot(root: string): PathMap {
  const folders = new Map<string, string>([['/', realpathSync(root)]]);
  const follow = (path: string, depth = 0): string => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const parent = dirname(path);
    const candidate = join(follow(parent, depth), path.slice(path.lastIndexOf('/') + 1));
    const target = depth < LINK_DEPTH ? linkTarget(candidate) : undefined;
    if (target === undefined) return candidate;
    return follow(resolve(isAbsolute(target) ? '/' : parent, target), depth + 1);
  };
  const folder = (path: string): string => {
    const real = follow(path);
    folders.set(path, real);
    return real;
  };
  const inFolder = (path: string) => join(folder(dirname(path)), path.slice(path.lastIndexOf('/') + 1));
  return {
    follow: (path) => follow(resolve('/', path)),
    parentOnly: (path) => inFolder(resolve('/', path)),
  };
}

function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}
