import { join } from 'node:path';
import type { Host } from '../../core/ports.js';

export type Controller = 'cpu' | 'cpuset' | 'memory' | 'pids' | 'io' | 'blkio';

/** Where one controller keeps its files for this process: folders from the process's own group up to the mount point. */
export type Hierarchy = { version: 1 | 2; levels: string[]; hasPrefix: boolean };

type Mount = { root: string; point: string; type: string; options: string[] };

/**
 * The hierarchy that holds `controller`, decided for each controller apart: version 1 where a line of /proc/self/cgroup
 * names it, else version 2. A `0::` line alone proves nothing (hybrid systems have one), nor does a v1 line for others.
 */
export function findHierarchy(host: Host, controller: Controller): Hierarchy | undefined {
  const membership = host.read('/proc/self/cgroup');
  const mounts = readMounts(host);
  const path = membership === undefined ? undefined : pathIn(membership, controller);
  if (path) return hierarchyAt(host, mounts, controller, path.version, path.path);
  // Recordings of old kernels have only /proc/self/cpuset; failing that, the limits of the mount point still hold.
  const cpuset = host.read('/proc/self/cpuset') || '/';
  return hierarchyAt(host, mounts, controller, 1, cpuset) ?? hierarchyAt(host, mounts, controller, 2, cpuset);
}

function pathIn(membership: string, controller: Controller): { version: 1 | 2; path: string } | undefined {
  let unified: string | undefined;
  for (const line of membership.split('\n')) {
    const [, id, names, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (names!.split(',').includes(controller)) return { version: 1, path };
    if (id === '0' && names === '') unified = path;
  }
  return unified === undefined ? undefined : { version: 2, path: unified };
}

/**
 * Every group from the process's own up to the highest one that some mount shows. Several mounts may show the same tree
 * from different roots: the shortest root sees the most ancestors, and a group is read where its folder is there.
 */
function hierarchyAt(
  host: Host,
  mounts: Mount[],
  controller: Controller,
  version: 1 | 2,
  path: string,
): Hierarchy | undefined {
  const candidates = mounts.filter((mount) => holds(mount, controller, version));
  const around = candidates
    .filter((mount) => below(mount.root, path) !== undefined)
    .sort((a, b) => a.root.length - b.root.length);
  const mount = around[0] ?? candidates[0];
  if (!mount) return undefined;
  const hasPrefix = mount.type !== 'cpuset' && !mount.options.includes('noprefix');
  // A path that does not lie under the mounted root belongs to another cgroup namespace: the mount point is ours.
  if (around.length === 0) return { version, levels: [mount.point], hasPrefix };
  const folders = ancestors(path).flatMap((group) => {
    const shown = around.filter(({ root }) => below(root, group) !== undefined).map((at) => folderOf(at, group));
    return shown.find((folder) => host.exists(folder)) ?? shown[0] ?? [];
  });
  return { version, levels: [...new Set(folders)], hasPrefix };
}

/** `/a/b` → `/a/b`, `/a`, `/`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`), '/'];
}

const folderOf = (mount: Mount, group: string): string =>
  join(mount.point, below(mount.root, group) ?? '').replace(/(.)\/$/, '$1');

function holds(mount: Mount, controller: Controller, version: 1 | 2): boolean {
  if (version === 2) return mount.type === 'cgroup2';
  if (mount.type === 'cpuset') return controller === 'cpuset';
  return mount.type === 'cgroup' && mount.options.includes(controller);
}

/** The part of `path` below `root`, or undefined when it lies elsewhere or climbs out of the namespace. */
function below(root: string, path: string): string | undefined {
  const base = root === '/' ? '' : root;
  if (path !== base && !path.startsWith(`${base}/`)) return undefined;
  const rest = path.slice(base.length);
  return rest.split('/').includes('..') ? undefined : rest;
}

function readMounts(host: Host): Mount[] {
  const mountinfo = host.read('/proc/self/mountinfo');
  if (mountinfo !== undefined) return uncovered(mountinfo.split('\n').flatMap(parseMountinfoLine));
  const mounts = host.read('/proc/mounts') ?? host.read('/proc/self/mounts');
  if (mounts !== undefined) return mounts.split('\n').flatMap(parseMountsLine);
  return conventionalMounts(host);
}

/** Of several mounts on one point the last hides the others: mountinfo lists them in the order they were made. */
function uncovered(mounts: Mount[]): Mount[] {
  return [...new Map(mounts.map((mount) => [mount.point, mount])).values()];
}

/** Paths hold dashes, and optional fields may or may not be there: only the lone ` - ` divides the two halves. */
function parseMountinfoLine(line: string): Mount[] {
  const divider = line.indexOf(' - ');
  if (divider < 0) return [];
  const [, , , root, point] = line.slice(0, divider).split(' ');
  const [type, , options] = line.slice(divider + 3).split(' ');
  if (!root || !point || !type) return [];
  return [{ root: unescapePath(root), point: unescapePath(point), type, options: (options ?? '').split(',') }];
}

function parseMountsLine(line: string): Mount[] {
  const [, point, type, options] = line.split(' ');
  return point && type ? [{ root: '/', point: unescapePath(point), type, options: (options ?? '').split(',') }] : [];
}

function conventionalMounts(host: Host): Mount[] {
  const base = '/sys/fs/cgroup';
  if (host.exists(`${base}/cgroup.controllers`)) return [{ root: '/', point: base, type: 'cgroup2', options: [] }];
  return (['cpu', 'cpuset', 'memory', 'pids', 'blkio'] as const)
    .filter((name) => host.exists(`${base}/${name}`))
    .map((name) => ({ root: '/', point: `${base}/${name}`, type: 'cgroup', options: [name] }));
}

const unescapePath = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
