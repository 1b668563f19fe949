import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { isFleetFolder } from '../../store/fleet-folder.js';
import { type Found, foundIn } from './documents-of.js';

/** Deeper than any tree of results by pool, node and day. */
const MOST_FOLDERS_DEEP = 8;

/**
 * Every run, gate, capture and fleet below a folder, or the one that a file is. A folder that is a run is not looked into.
 * `skip` is the fleet that is being filled. Throws `USAGE` where there is no such path.
 */
export function findDocuments(path: string, skip: string): Found[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat)
    throw new R1Error('USAGE', `${path} does not exist.`, {
      fix: 'Give folders of results, captures, or addresses of run.json files.',
    });
  if (!stat.isDirectory()) return [{ path, what: whatOfFile(path) }];
  return below(path, MOST_FOLDERS_DEEP, new Set([realPath(skip)]));
}

/** A capture is gzipped; run.json, gate.json and machine.json speak for the folder around them. */
function whatOfFile(path: string): Found['what'] {
  if (isGzip(path)) return 'capture';
  if (path.endsWith('.json')) return 'run';
  throw new R1Error('USAGE', `${path} is neither a folder, a run.json nor a capture.`, {
    fix: 'Give the run folder, or a file made by r1-tune probe --capture.',
  });
}

function below(folder: string, depth: number, seen: Set<string>): Found[] {
  const real = realPath(folder);
  if (depth < 0 || seen.has(real)) return [];
  seen.add(real);
  const own = foundIn(folder);
  if (own) return [own];
  if (isFleetFolder(folder)) return entriesOf(folder);
  return readdirSync(folder)
    .sort()
    .flatMap((name): Found[] => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) return below(path, depth - 1, seen);
      return stat?.isFile() && /\.(gz|capture)$/.test(name) && isGzip(path) ? [{ path, what: 'capture' }] : [];
    });
}

const entriesOf = (folder: string): Found[] =>
  readdirSync(join(folder, 'entries'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ path: join(folder, 'entries', name), what: 'entry' }));

function isGzip(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const head = Buffer.alloc(2);
    return readSync(handle, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    closeSync(handle);
  }
}

/** Links in circles end; a folder that is not there yet is itself. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
