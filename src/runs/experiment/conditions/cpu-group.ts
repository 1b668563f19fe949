import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../../core/ports.js';
import { findHierarchy } from '../../../probes/limits/cgroup.js';

/** A CPU control group made for one trial and removed after it. It limits only what is put into it. */
export type CpuGroup = { place(pid: number): void; remove(): Promise<void> };
export type GroupLimits = { quotaCpus: number | null; shares: number };

export type GroupPlace = { version: 1 | 2; folder: string };

const PERIOD_US = 100_000;
/** A killed process leaves its group when the kernel has buried it, which can take a moment. */
const REMOVE_ATTEMPTS = 50;
const REMOVE_WAIT_MS = 20;

/** cgroup v2 weight of v1 shares, as the kubelet converts them (KEP-2254). */
const weightOf = (shares: number): number => Math.max(1, Math.round(1 + ((shares - 2) * 9999) / 262142));

const quotaFile = ({ version }: GroupPlace): string => (version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us');

function tryMake(place: GroupPlace, name: string): string | null {
  const folder = join(place.folder, name);
  try {
    mkdirSync(folder);
  } catch {
    return null;
  }
  if (existsSync(join(folder, quotaFile(place)))) return folder;
  // Version 2 lends a controller to a new group only where its parent passes it on.
  rmdirSync(folder);
  return null;
}

/** Where groups can be made: below the process's own group or the nearest one above that allows it; or why nowhere. */
export function findGroupPlace(host: Host): GroupPlace | string {
  const hierarchy = findHierarchy(host, 'cpu');
  if (!hierarchy) return 'no cgroup hierarchy with a CPU controller is mounted.';
  for (const level of hierarchy.levels) {
    const place = { version: hierarchy.version, folder: level };
    const made = tryMake(place, `r1-tune-${process.pid}-try`);
    if (!made) continue;
    rmdirSync(made);
    return place;
  }
  return `no CPU group can be made under ${hierarchy.levels.at(-1)} (cgroup v${hierarchy.version}): it needs root, or a delegated group.`;
}

function setLimits(folder: string, place: GroupPlace, { quotaCpus, shares }: GroupLimits): void {
  const quota = quotaCpus === null ? null : Math.round(quotaCpus * PERIOD_US);
  const write = (file: string, value: string | number): void => writeFileSync(join(folder, file), String(value));
  if (place.version === 2) {
    write('cpu.max', `${quota ?? 'max'} ${PERIOD_US}`);
    write('cpu.weight', weightOf(shares));
  } else {
    write('cpu.cfs_period_us', PERIOD_US);
    write('cpu.cfs_quota_us', quota ?? -1);
    write('cpu.shares', shares);
  }
}

async function remove(folder: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      await sleep(REMOVE_WAIT_MS);
    }
  }
}

let made = 0;

/** Makes a group with limits. Throws what the file system throws. */
export function makeGroup(place: GroupPlace, limits: GroupLimits): CpuGroup {
  const folder = join(place.folder, `r1-tune-${process.pid}-${made++}`);
  mkdirSync(folder);
  try {
    setLimits(folder, place, limits);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    place: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    remove: () => remove(folder),
  };
}
