import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { sharedSet } from '../reading/shared-set.js';
import { CPU_FOLDER, numbered, readCpuSet } from './cpu-set.js';

type Domain = Machine['caches']['llc']['domains'][number];
type Level = Machine['caches']['levels'][number];

/**
 * Data and unified caches with the CPUs that share each. A domain is the set of online CPUs that share it: the
 * kernel's cache ids have gaps and are missing before 4.11, and an index has no fixed meaning across CPUs.
 */
export function probeCaches(host: Host): Machine['caches'] {
  const { online, allowed } = readCpuSet(host);
  const levels = readLevels(host, online);
  const last = levels.at(-1);
  const reachable = last?.domains.filter((domain) => domain.cpus.some((cpu) => allowed.includes(cpu))) ?? [];
  return {
    levels,
    llc: {
      level: last?.level ?? null,
      domains: last?.domains ?? [],
      allowedBytes: sumOrNull(reachable.map((domain) => domain.sizeBytes)),
      source: `${CPU_FOLDER}/cpu*/cache`,
      ...note(last),
    },
  };
}

function note(last: Level | undefined): { note?: string } {
  if (!last) return { note: 'the kernel shows no caches' };
  if (last.level < 3) return { note: `no level 3 is shown; the last level known is ${last.level}` };
  return {};
}

function readLevels(host: Host, online: number[]): Level[] {
  const isOnline = new Set(online);
  const levels = new Map<number, { domains: Domain[]; covered: Set<number> }>();
  for (const cpu of online) {
    if (levels.size > 0 && [...levels.values()].every(({ covered }) => covered.has(cpu))) continue;
    for (const index of numbered(host, `${CPU_FOLDER}/cpu${cpu}/cache`, 'index')) {
      const folder = `${CPU_FOLDER}/cpu${cpu}/cache/index${index}`;
      const level = Number(host.read(`${folder}/level`) ?? Number.NaN);
      if (!Number.isInteger(level) || host.read(`${folder}/type`) === 'Instruction') continue;
      const entry = levels.get(level) ?? { domains: [], covered: new Set() };
      levels.set(level, entry);
      if (entry.covered.has(cpu)) continue;
      const cpus = sharers(host, index, cpu).filter((id) => isOnline.has(id) && !entry.covered.has(id));
      entry.domains.push({ id: entry.domains.length, sizeBytes: parseCacheSize(host.read(`${folder}/size`)), cpus });
      for (const id of cpus) entry.covered.add(id);
    }
  }
  return [...levels.entries()].sort(([a], [b]) => a - b).map(([level, { domains }]) => ({ level, domains }));
}

function sharers(host: Host, index: number, cpu: number): number[] {
  const folderOf = (id: number) => `${CPU_FOLDER}/cpu${id}/cache/index${index}`;
  const shared = sharedSet(host, cpu, folderOf, { map: 'shared_cpu_map', list: 'shared_cpu_list' });
  return shared?.includes(cpu) ? shared : [cpu];
}

/** `32K`, `12288K`, `1M` → bytes; null when the file is missing (ARM without ACPI) or odd. */
export function parseCacheSize(text: string | undefined): number | null {
  const match = /^(\d+)([KMG]?)$/.exec(text ?? '');
  if (!match || match[1] === '0') return null;
  return Number(match[1]) * { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match[2] as '' | 'K' | 'M' | 'G'];
}

function sumOrNull(sizes: (number | null)[]): number | null {
  if (sizes.length === 0 || sizes.includes(null)) return null;
  return sizes.reduce<number>((sum, size) => sum + size!, 0);
}
