import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatCpuList } from '../../../src/core/cpu-list.js';
import type { RecordedFiles } from '../../../src/probes/host/memory.js';

/** Cores alike under one last-level cache. */
export type CoreGroup = {
  cores: number;
  threads?: number;
  kind?: 'P' | 'E' | 'L';
  /** Cores that share a level 2 cache; 1 by default. */
  coresPerL2?: number;
  maxKHz?: number;
  baseKHz?: number;
  capacity?: number;
  midr?: string;
};
export type MachineDescription = {
  about: string;
  arch: string;
  /** First lines of every block of /proc/cpuinfo. */
  cpuinfo: Record<string, string>;
  /** How CPU numbers run: all first threads before the second ones (bare metal), or siblings side by side (VMs). */
  numbering: 'cores-first' | 'siblings-adjacent';
  /** Writes the Intel PMU folders that name kinds of cores. */
  pmuKinds?: boolean;
  packages: { nodes: { memoryGiB: number; caches: { l3KiB: number | null; groups: CoreGroup[] }[] }[] }[];
  memoryOnlyNodesGiB?: number[];
  /** Any further files. */
  files?: Record<string, string>;
};

export type Cpu = {
  id: number;
  core: number;
  thread: number;
  package: number;
  node: number;
  llc: number;
  l2: number;
  group: CoreGroup;
  l3KiB: number | null;
};

export const readDescription = (name: string): MachineDescription =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/machines/${name}.json`, import.meta.url), 'utf8'),
  ) as MachineDescription;

/** The CPUs of a description. `renumber` may give them any other numbers. */
export function cpusOf(description: MachineDescription, renumber: (id: number) => number = (id) => id): Cpu[] {
  const cpus: Cpu[] = [];
  let [core, node, llc, l2] = [0, 0, 0, 0];
  for (const [pack, { nodes }] of description.packages.entries())
    for (const { caches } of nodes) {
      for (const { groups, l3KiB } of caches) {
        for (const group of groups)
          for (let index = 0; index < group.cores; index++, core++) {
            if (index % (group.coresPerL2 ?? 1) === 0) l2++;
            for (let thread = 0; thread < (group.threads ?? 1); thread++)
              cpus.push({ id: 0, core, thread, package: pack, node, llc, l2, group, l3KiB });
          }
        llc++;
      }
      node++;
    }
  const order =
    description.numbering === 'siblings-adjacent'
      ? cpus
      : [...cpus].sort((a, b) => a.thread - b.thread || a.core - b.core);
  for (const [index, cpu] of order.entries()) cpu.id = renumber(index);
  return cpus;
}

type Options = { cpus?: Cpu[]; offline?: number[] };

/** A recorded machine made from a description: /proc and /sys as Linux 6 writes them. */
export function generateMachine(
  description: MachineDescription,
  { cpus = cpusOf(description), offline = [] }: Options = {},
): RecordedFiles {
  const online = cpus.filter((cpu) => !offline.includes(cpu.id));
  const files: Record<string, string> = {
    '/proc/cpuinfo': online.map((cpu) => cpuinfoBlock(description, cpu.id)).join('\n\n'),
    '/sys/devices/system/cpu/online': formatCpuList(online.map((cpu) => cpu.id)),
    '/sys/devices/system/cpu/present': formatCpuList(cpus.map((cpu) => cpu.id)),
    ...nodeFiles(description, online),
  };
  for (const cpu of cpus) files[`/sys/devices/system/cpu/cpu${cpu.id}/online`] = offline.includes(cpu.id) ? '0' : '1';
  for (const cpu of online) Object.assign(files, cpuFiles(cpu, online, description));
  if (description.pmuKinds) {
    const names = { P: 'cpu_core', E: 'cpu_atom', L: 'cpu_lowpower' } as const;
    for (const [kind, name] of Object.entries(names)) {
      const members = online.filter((cpu) => (cpu.group.kind ?? 'P') === kind);
      if (members.length > 0) files[`/sys/devices/${name}/cpus`] = ids(members);
    }
  }
  return { arch: description.arch, files: { ...files, ...description.files } };
}

/** Writes a generated machine as a folder for --sysroot. */
export function writeMachine(recorded: RecordedFiles, folder: string): string {
  for (const [path, text] of Object.entries(recorded.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
}

const ids = (cpus: Cpu[]): string => formatCpuList(cpus.map((cpu) => cpu.id));

function cpuinfoBlock({ cpuinfo }: MachineDescription, id: number): string {
  return Object.entries({ processor: String(id), ...cpuinfo })
    .map(([name, value]) => `${name}\t: ${value}`)
    .join('\n');
}

function cpuFiles(cpu: Cpu, online: Cpu[], { arch }: MachineDescription): Record<string, string> {
  const folder = `/sys/devices/system/cpu/cpu${cpu.id}`;
  const same = (key: keyof Cpu) => ids(online.filter((other) => other[key] === cpu[key]));
  const { group } = cpu;
  const files: Record<string, string> = {
    [`${folder}/topology/core_cpus_list`]: same('core'),
    [`${folder}/topology/core_id`]: String(cpu.core),
    [`${folder}/topology/package_cpus_list`]: same('package'),
    [`${folder}/topology/physical_package_id`]: String(cpu.package),
    ...cacheFiles(`${folder}/cache/index0`, 1, 'Data', group.kind === 'P' || !group.kind ? '48K' : '32K', same('core')),
    ...cacheFiles(`${folder}/cache/index1`, 1, 'Instruction', '32K', same('core')),
    ...cacheFiles(`${folder}/cache/index2`, 2, 'Unified', '2048K', same('l2')),
  };
  if (cpu.l3KiB !== null)
    Object.assign(files, cacheFiles(`${folder}/cache/index3`, 3, 'Unified', `${cpu.l3KiB}K`, same('llc')));
  if (group.maxKHz) files[`${folder}/cpufreq/cpuinfo_max_freq`] = String(group.maxKHz);
  if (group.baseKHz) files[`${folder}/cpufreq/base_frequency`] = String(group.baseKHz);
  if (group.capacity) files[`${folder}/cpu_capacity`] = String(group.capacity);
  if (group.midr && arch === 'arm64') files[`${folder}/regs/identification/midr_el1`] = group.midr;
  return files;
}

const cacheFiles = (
  folder: string,
  level: number,
  type: string,
  size: string,
  shared: string,
): Record<string, string> => ({
  [`${folder}/level`]: String(level),
  [`${folder}/type`]: type,
  [`${folder}/size`]: size,
  [`${folder}/shared_cpu_list`]: shared,
});

function nodeFiles(description: MachineDescription, online: Cpu[]): Record<string, string> {
  const sizes = [
    ...description.packages.flatMap(({ nodes }) => nodes.map((node) => node.memoryGiB)),
    ...(description.memoryOnlyNodesGiB ?? []),
  ];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const files: Record<string, string> = {
    '/proc/meminfo': `MemTotal: ${total * 1048576} kB\nMemFree: ${total * 1000000} kB\nMemAvailable: ${total * 1000000} kB\nSwapTotal: 0 kB\nSwapFree: 0 kB`,
    '/sys/devices/system/node/online': `0-${sizes.length - 1}`,
  };
  for (const [node, size] of sizes.entries()) {
    const folder = `/sys/devices/system/node/node${node}`;
    files[`${folder}/cpulist`] = ids(online.filter((cpu) => cpu.node === node));
    files[`${folder}/meminfo`] =
      `Node ${node} MemTotal: ${size * 1048576} kB\nNode ${node} MemFree: ${size * 1000000} kB`;
    files[`${folder}/distance`] = sizes.map((_, other) => (other === node ? 10 : 21)).join(' ');
  }
  return files;
}
