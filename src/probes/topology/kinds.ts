import { tryParseCpuList } from '../../core/cpu-list.js';
import { groupBy } from '../../core/group-by.js';
import type { CoreKind, Machine } from '../../core/machine.js';
import { readNumberPerCpu } from '../reading/per-cpu.js';
import { differInBuild, type KindEvidence } from './core-build.js';
import type { KindGroup, Kinds } from './kind-groups.js';
import { armKinds } from './kinds-arm.js';

/** Favoured cores of one kind differ by less (Turbo Boost Max 3.0, 5.0 against 5.2 GHz); hwloc merges below 10 % as well. */
const SAME_KIND_CLOCK = 0.1;
/** AMD's preferred-core ranking spreads the reported maximum of equal cores further; Zen 4c and 5c lie 28 % and more below. */
const SAME_KIND_CLOCK_AMD = 0.2;
const SAME_KIND_CAPACITY = 0.15;

const LABELS: Record<CoreKind, string> = {
  performance: 'P-core',
  efficiency: 'E-core',
  'low-power': 'low-power E-core',
};

/** Performance and efficiency cores, by the first evidence that tells kinds apart; one kind when none does. */
export function readKinds(evidence: KindEvidence): Kinds {
  const { host, online } = evidence;
  const found =
    pmuKinds(evidence) ??
    armKinds(host, online) ??
    clockKinds(evidence) ??
    structureKinds(evidence) ??
    capacityKinds(evidence);
  if (!found)
    return {
      groups: [{ kind: 'performance', label: 'core', cpus: online }],
      source: 'no sign of more than one kind',
      notes: [],
    };
  return splitLowPower(found, evidence.caches);
}

/** Intel's own answer: one performance-counter device for each kind. VMs and masked containers have none. */
function pmuKinds({ host, online }: KindEvidence): Kinds | undefined {
  const devices: [CoreKind, string][] = [
    ['performance', 'cpu_core'],
    ['efficiency', 'cpu_atom'],
    ['low-power', 'cpu_lowpower'],
  ];
  const groups = devices.flatMap(([kind, device]) => {
    const listed = tryParseCpuList(host.read(`/sys/devices/${device}/cpus`) ?? '') ?? [];
    const cpus = listed.filter((cpu) => online.includes(cpu));
    return cpus.length > 0 ? [{ kind, label: LABELS[kind], cpus }] : [];
  });
  const covered = new Set(groups.flatMap((group) => group.cpus)).size;
  if (covered < online.length || groups.length === 0) return undefined;
  return { groups, source: '/sys/devices/cpu_core and cpu_atom', notes: [] };
}

/** Groups by base clock, and inside one base clock by maximum clock. Speed Select (SST-BF) gives equal cores different bases, so the cores must differ in build too. */
function clockKinds(evidence: KindEvidence): Kinds | undefined {
  const { host, online, vendor } = evidence;
  const base = readNumberPerCpu(host, online, 'cpufreq/base_frequency');
  const maximum = readNumberPerCpu(host, online, 'cpufreq/cpuinfo_max_freq');
  if (maximum.size < online.length) return undefined;
  const tolerance = vendor === 'amd' ? SAME_KIND_CLOCK_AMD : SAME_KIND_CLOCK;
  const groups = [...groupBy(online, (cpu) => base.get(cpu) ?? 0).values()]
    .flatMap((cpus) => withinTolerance(cpus, maximum, tolerance))
    .sort((a, b) => strongest(b, maximum) - strongest(a, maximum));
  if (groups.length < 2 || (vendor !== 'amd' && !differInBuild(groups, evidence))) return undefined;
  return ranked(groups, 'cpufreq base_frequency and cpuinfo_max_freq');
}

/** Intel without clocks (virtual machines): cores with one thread whose level 2 serves several cores are E-cores. */
function structureKinds(evidence: KindEvidence): Kinds | undefined {
  if (evidence.vendor !== 'intel') return undefined;
  const isModule = (cpu: number) => {
    const { threads, coresOnL2 } = evidence.buildOf(cpu);
    return threads === 1 && coresOnL2 > 1;
  };
  const efficient = evidence.online.filter(isModule);
  const rest = evidence.online.filter((cpu) => !isModule(cpu));
  const hasL2 = evidence.online.every((cpu) => evidence.buildOf(cpu).hasL2);
  if (efficient.length === 0 || rest.length === 0 || !hasL2) return undefined;
  return ranked([rest, efficient], 'threads a core and sharing of the level 2 cache');
}

function capacityKinds({ host, online }: KindEvidence): Kinds | undefined {
  const capacity = readNumberPerCpu(host, online, 'cpu_capacity');
  if (capacity.size < online.length) return undefined;
  const groups = withinTolerance(online, capacity, SAME_KIND_CAPACITY);
  return groups.length < 2 ? undefined : ranked(groups, 'cpu_capacity');
}

function ranked(groups: number[][], source: string): Kinds {
  const kindOf = (rank: number): CoreKind => (rank === 0 ? 'performance' : 'efficiency');
  const named = groups.map((cpus, rank) => ({
    kind: kindOf(rank),
    label: LABELS[kindOf(rank)],
    cpus: cpus.sort((a, b) => a - b),
  }));
  const merged = [...groupBy(named, (group) => group.kind).values()].map((same) => ({
    ...same[0]!,
    cpus: same.flatMap((group) => group.cpus).sort((a, b) => a - b),
  }));
  return { groups: merged, source, notes: [] };
}

/** Slices CPUs, strongest first, so that all of a slice lie within `tolerance` of its strongest. */
function withinTolerance(cpus: number[], strength: Map<number, number>, tolerance: number): number[][] {
  const groups: number[][] = [];
  for (const cpu of [...cpus].sort((a, b) => strength.get(b)! - strength.get(a)!)) {
    const group = groups.at(-1);
    if (group && strength.get(cpu)! > (1 - tolerance) * strength.get(group[0]!)!) group.push(cpu);
    else groups.push([cpu]);
  }
  return groups;
}

const strongest = (cpus: number[], strength: Map<number, number>): number =>
  Math.max(...cpus.map((cpu) => strength.get(cpu)!));

/** Efficiency cores outside the level 3 cache that the others share sit on another tile (Meteor Lake, Arrow Lake H). */
function splitLowPower(kinds: Kinds, caches: Machine['caches']): Kinds {
  const cached = new Set(
    caches.levels.find((entry) => entry.level === 3)?.domains.flatMap((domain) => domain.cpus) ?? [],
  );
  const groups = kinds.groups.flatMap((group): KindGroup[] => {
    const outside = group.kind === 'efficiency' && cached.size > 0 ? group.cpus.filter((cpu) => !cached.has(cpu)) : [];
    if (outside.length === 0) return [group];
    const inside = group.cpus.filter((cpu) => cached.has(cpu));
    const low: KindGroup = {
      kind: 'low-power',
      label: group.label.startsWith('E-') ? LABELS['low-power'] : group.label,
      cpus: outside,
    };
    return inside.length > 0 ? [{ ...group, cpus: inside }, low] : [low];
  });
  return { ...kinds, groups };
}
