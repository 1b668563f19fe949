import { tryParseCpuList } from '../../core/cpu-list.js';
import type { Host } from '../../core/ports.js';
import { findHierarchy } from './cgroup.js';

export type CpusetList = { ids: number[]; source: string };

/** CPUs or memory nodes of the cpuset this process is in: the nearest level upwards that has a list, or undefined. */
export function readCpuset(host: Host, what: 'cpus' | 'mems'): CpusetList | undefined {
  const hierarchy = findHierarchy(host, 'cpuset');
  if (!hierarchy) return undefined;
  const prefix = hierarchy.hasPrefix ? 'cpuset.' : '';
  const names =
    hierarchy.version === 2
      ? [`cpuset.${what}.effective`, `cpuset.${what}`]
      : [`${prefix}effective_${what}`, `${prefix}${what}`];
  for (const folder of hierarchy.levels) {
    for (const name of names) {
      const ids = tryParseCpuList(host.read(`${folder}/${name}`) ?? '');
      if (ids && ids.length > 0) return { ids, source: `${folder}/${name}` };
    }
  }
  return undefined;
}
