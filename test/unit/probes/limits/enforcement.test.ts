import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { readMemoryLimits } from '../../../../src/probes/limits/cgroup-memory.js';
import { readQuota } from '../../../../src/probes/limits/cgroup-quota.js';

/**
 * Random cgroup trees seen through random mounts, against the simplest model of what the kernel enforces: every group from
 * the process's own up to the root holds it to its own limit. Only groups that some mount shows can be known.
 */
type Group = { quota: number | null; bytes: number | null };
type Tree = { groups: Group[]; mountDepths: number[]; version: 1 | 2; order: number };

const GIB = 1024 ** 3;
const NAMES = ['a', 'b', 'c', 'd'];
const pathAt = (depth: number) => `/${NAMES.slice(0, depth).join('/')}`;
const below = (depth: number, level: number) =>
  NAMES.slice(depth, level)
    .map((name) => `/${name}`)
    .join('');

const trees = fc.record<Tree>({
  groups: fc.array(
    fc.record({
      quota: fc.option(fc.integer({ min: 1, max: 64 }), { nil: null }),
      bytes: fc.option(fc.integer({ min: 1, max: 64 }), { nil: null }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  mountDepths: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
  version: fc.constantFrom(1, 2),
  order: fc.nat(),
});

/** The files and mounts of a tree; the process is in its deepest group. */
function hostOf({ groups, mountDepths, version }: Tree, depths: number[]) {
  const own = groups.length - 1;
  const files: Record<string, string> = {
    '/proc/self/cgroup': version === 2 ? `0::${pathAt(own)}` : `5:cpu,memory:${pathAt(own)}`,
  };
  const mounts = depths.map((depth, index) => {
    const point = `/mnt${mountDepths.indexOf(depth)}`;
    for (let level = depth; level < groups.length; level++)
      Object.assign(files, groupFiles(`${point}${below(depth, level)}`, groups[level]!, version));
    const type = version === 2 ? 'cgroup2 none rw' : 'cgroup cgroup rw,cpu,memory';
    return `${30 + index} 22 0:30 ${pathAt(depth)} ${point} rw - ${type}`;
  });
  files['/proc/self/mountinfo'] = mounts.join('\n');
  return memoryHost({ arch: 'x64', files });
}

function groupFiles(at: string, { quota, bytes }: Group, version: 1 | 2): Record<string, string> {
  if (version === 2)
    return {
      [`${at}/cpu.max`]: quota === null ? 'max 100000' : `${quota * 50_000} 100000`,
      [`${at}/memory.max`]: bytes === null ? 'max' : String(bytes * GIB),
    };
  return {
    [`${at}/cpu.cfs_quota_us`]: quota === null ? '-1' : String(quota * 50_000),
    [`${at}/cpu.cfs_period_us`]: '100000',
    [`${at}/memory.limit_in_bytes`]: bytes === null ? '9223372036854771712' : String(bytes * GIB),
  };
}

const least = (values: (number | null)[]): number | null => {
  const set = values.filter((value) => value !== null);
  return set.length === 0 ? null : Math.min(...set);
};

describe('limits of any cgroup tree', () => {
  it('are those of every group that some mount shows, in whatever order the mounts are', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const depths = tree.mountDepths.filter((depth) => depth < tree.groups.length);
        fc.pre(depths.length > 0);
        const ordered = tree.order % 2 === 0 ? depths : [...depths].reverse();
        const host = hostOf(tree, ordered);
        const shown = tree.groups.slice(Math.min(...depths));
        const quota = least(shown.map((group) => group.quota));
        expect(readQuota(host).cpus).toBe(quota === null ? null : quota / 2);
        const bytes = least(shown.map((group) => group.bytes));
        expect(readMemoryLimits(host)[0]?.bytes ?? null).toBe(bytes === null ? null : bytes * GIB);
      }),
      { numRuns: 300 },
    );
  });
});
