import { type Fact, known, unknown } from '../../core/fact.js';
import type { ResourceLimits } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { findHierarchy } from './cgroup.js';
import { hasCapability, NO_LIMIT, processLimit, startsAnyNumber } from './rlimits.js';

/** Limits that stop an engine although there are CPUs and memory enough. */
export function readResources(host: Host): ResourceLimits {
  return {
    startableTasks: startableTasks(host),
    addressSpaceBytes: processLimit(host, 'Max address space'),
    dataBytes: processLimit(host, 'Max data size'),
    lockedBytes: unless(hasCapability(host, 'IPC_LOCK'), processLimit(host, 'Max locked memory')),
    openFiles: processLimit(host, 'Max open files'),
    readBytesPerSecond: readRate(host),
  };
}

/** The least of `limits`; "no limit" counts as the largest, and an unknown one does not count. */
function least(limits: Fact<number>[], searched: string): Fact<number> {
  const found = limits.filter((limit) => limit.value !== null);
  const bounds = found.filter((limit) => limit.value !== NO_LIMIT).sort((a, b) => a.value! - b.value!);
  return bounds[0] ?? found[0] ?? unknown(searched);
}

function unless(isExempt: boolean, limit: Fact<number>): Fact<number> {
  return limit.value !== null && isExempt ? known(NO_LIMIT, limit.source, 'does not bind this process') : limit;
}

/** A user's other threads count against RLIMIT_NPROC too; how many there are is not read, so it is an upper bound. */
function startableTasks(host: Host): Fact<number> {
  const byUser = unless(startsAnyNumber(host), processLimit(host, 'Max processes'));
  const levels = findHierarchy(host, 'pids')?.levels ?? [];
  return least([...levels.flatMap((folder) => roomForTasks(host, folder)), byUser], 'pids.max, /proc/self/limits');
}

/** `max` or a number: how many tasks the group and all below it may hold (cgroup-v2.rst, pids.max; v1 alike). */
function roomForTasks(host: Host, folder: string): Fact<number>[] {
  const text = host.read(`${folder}/pids.max`);
  if (text === undefined) return [];
  const most = Number(text);
  const current = Number(host.read(`${folder}/pids.current`) ?? 0);
  const room = Number.isFinite(most) ? Math.max(0, most - current) : NO_LIMIT;
  return [known(room, `${folder}/pids.max`)];
}

/** `8:16 rbps=1048576 wbps=max …` a device in version 2, `8:16 1048576` in version 1. */
function readRate(host: Host): Fact<number> {
  const unified = findHierarchy(host, 'io')?.levels.map((folder) => `${folder}/io.max`) ?? [];
  const legacy = findHierarchy(host, 'blkio')?.levels.map((folder) => `${folder}/blkio.throttle.read_bps_device`) ?? [];
  const rates = [...unified, ...legacy].flatMap((file) =>
    [...(host.read(file) ?? '').matchAll(/^\d+:\d+ (?:.*\brbps=)?(\d+)/gm)].map((match) =>
      known(Number(match[1]), file),
    ),
  );
  return least(rates, [...unified, ...legacy][0] ?? 'io.max');
}
