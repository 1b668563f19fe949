import { tryParseCpuList } from '../../core/cpu-list.js';
import type { Host } from '../../core/ports.js';
import { type CpusetList, readCpuset } from '../limits/cgroup-cpuset.js';

export const CPU_FOLDER = '/sys/devices/system/cpu';

export type CpuSet = {
  /** Logical CPUs of the machine that run, ascending. */
  online: number[];
  /** Those this process may run on, ascending, never empty. */
  allowed: number[];
  source: string;
  notes: string[];
};

/** Which CPUs there are and which of them are ours. Affinity is the kernel's own answer and wins over cpuset files. */
export function readCpuSet(host: Host): CpuSet {
  const affinity = statusList(host, 'Cpus_allowed_list');
  const cpuset = readCpuset(host, 'cpus');
  const { online, notes } = readOnline(host, affinity, cpuset);
  const within = (ids: number[], limit: number[] | undefined) => {
    const kept = limit && ids.filter((id) => limit.includes(id));
    return kept && kept.length > 0 ? kept : ids;
  };
  const byAffinity = within(online, affinity);
  const allowed = within(byAffinity, cpuset?.ids);
  const source = affinity ? '/proc/self/status Cpus_allowed_list' : (cpuset?.source ?? `${CPU_FOLDER}/online`);
  return { online, allowed, source: allowed.length < byAffinity.length ? cpuset!.source : source, notes };
}

/** A list of /proc/self/status, or undefined in a recording without it. */
export function statusList(host: Host, field: 'Cpus_allowed_list' | 'Mems_allowed_list'): number[] | undefined {
  const text = new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(host.read('/proc/self/status') ?? '')?.[1];
  return text === undefined ? undefined : tryParseCpuList(text);
}

function readOnline(host: Host, affinity: number[] | undefined, cpuset: CpusetList | undefined) {
  const folders = numbered(host, CPU_FOLDER, 'cpu');
  const withTopology = folders.filter((id) => host.exists(`${CPU_FOLDER}/cpu${id}/topology`));
  const present = withTopology.length > 0 ? withTopology : folders;
  if (present.length === 0) return { online: withoutSysfs(host), notes: ['no CPU folders in /sys: topology unknown'] };
  const isOn = (id: number) => host.read(`${CPU_FOLDER}/cpu${id}/online`) !== '0';
  const listed = tryParseCpuList(host.read(`${CPU_FOLDER}/online`) ?? '') ?? [];
  const online = listed.length > 0 ? present.filter((id) => listed.includes(id)) : present.filter(isOn);
  const running = [...withTopology, ...(cpuset?.source.includes('effective') ? cpuset.ids : [])];
  const hidden = hiddenByRenumbering(
    online,
    running.filter((id) => affinity?.includes(id) && !online.includes(id) && isOn(id)),
    affinity,
  );
  if (hidden.length === 0) return { online: online.length > 0 ? online : present, notes: [] };
  const all = [...new Set([...present.filter(isOn), ...hidden])].sort((a, b) => a - b);
  return { online: all, notes: [`${CPU_FOLDER}/online is renumbered (LXCFS); the kernel's own lists are used`] };
}

/**
 * CPUs that the kernel lets us use although `online` does not list them (LXCFS writes `online` anew for a container).
 * An affinity mask may also hold CPUs that are offline or merely possible: those have no topology folder, are switched
 * off, or are in no effective cpuset, and do not count (`proven` is what remains).
 */
function hiddenByRenumbering(online: number[], proven: number[], affinity: number[] = []): number[] {
  return proven.length > 0 || affinity.some((id) => online.includes(id)) ? proven : affinity;
}

function withoutSysfs(host: Host): number[] {
  const lines = [
    ...(host.read('/proc/cpuinfo') ?? '').matchAll(/^processor\s*:\s*(\d+)/gm),
    ...(host.read('/proc/stat') ?? '').matchAll(/^cpu(\d+) /gm),
  ];
  const ids = [...new Set(lines.map((match) => Number(match[1])))].sort((a, b) => a - b);
  return ids.length > 0 ? ids : [0];
}

/** Numbers of the entries `<prefix><n>` of a folder, ascending; the ids may have gaps. */
export function numbered(host: Host, folder: string, prefix: string): number[] {
  return host
    .list(folder)
    .flatMap((name) =>
      name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)) ? [Number(name.slice(prefix.length))] : [],
    )
    .sort((a, b) => a - b);
}
