import type { CpuEntry, Machine } from '../../core/machine.js';

/** What the drawing shows of a machine: packages, nodes and last-level caches as one tree, each within what holds it. */
export type Picture = Pick<Machine, 'topology' | 'caches' | 'numa'>;

export type Level = 'package' | 'node' | 'llc';
/** Groups of CPUs drawn as one: `ids` are the packages, nodes or caches. A branch without children is a row of cores. */
export type Branch = { level: Level; ids: (number | null)[]; cpus: CpuEntry[]; children: Branch[] };

/**
 * The tree. Which level holds which differs: a node may span packages, a cache may span nodes (SNC) or divide one (CCX).
 * Levels with fewer groups hold those with more; of equals packages come first, caches last.
 */
export function treeOf({ topology, caches }: Picture): Branch[] {
  const { cpus } = topology;
  const levels: Level[] = isPrivate(cpus, caches) ? ['package', 'node'] : ['package', 'node', 'llc'];
  const count = (level: Level) => new Set(cpus.map((cpu) => cpu[level])).size;
  return branches(
    cpus,
    [...levels].sort((a, b) => count(a) - count(b)),
  );
}

/** Caches that a single core has for itself, and nobody shares, are no level of the drawing. */
function isPrivate(cpus: CpuEntry[], { llc }: Machine['caches']): boolean {
  const core = new Map(cpus.map((cpu) => [cpu.id, cpu.core]));
  const isOwn = (domain: { cpus: number[] }) => new Set(domain.cpus.map((id) => core.get(id))).size === 1;
  return (llc.level ?? 0) < 3 && llc.domains.every(isOwn);
}

function branches(cpus: CpuEntry[], [level, ...rest]: Level[]): Branch[] {
  if (level === undefined) return [];
  return [...grouped(cpus, (cpu) => cpu[level])].map(([id, members]) => ({
    level,
    ids: [id],
    cpus: members,
    children: branches(members, rest),
  }));
}

/**
 * Branches alike drawn as one, from the rows upwards `height` levels high; 0 draws each by itself. `likeness` says what of a
 * branch itself must agree; cores must agree in kind, threads and whether they are allowed.
 */
export function merged(all: Branch[], height: number, likeness: (branch: Branch) => unknown): Branch[] {
  const below = all.map((branch) => ({ ...branch, children: merged(branch.children, height, likeness) }));
  if (all.length === 0 || heightOf(all[0]!) > height) return below;
  return [...grouped(below, (branch) => signature(branch, likeness)).values()].map((alike) => ({
    level: alike[0]!.level,
    ids: alike.flatMap((branch) => branch.ids),
    cpus: alike.flatMap((branch) => branch.cpus),
    children: merged(
      alike.flatMap((branch) => branch.children),
      height,
      likeness,
    ),
  }));
}

const heightOf = ({ children }: Branch): number => (children.length === 0 ? 1 : 1 + heightOf(children[0]!));

function signature(branch: Branch, likeness: (branch: Branch) => unknown): string {
  const inside =
    branch.children.length > 0
      ? branch.children.map((child) => `${child.ids.length} ${signature(child, likeness)}`)
      : coresOf(branch.cpus).map((core) => `${core[0]!.kind} ${core.map((cpu) => Number(cpu.isAllowed)).join('')}`);
  return JSON.stringify([branch.level, likeness(branch), inside]);
}

export const coresOf = (cpus: CpuEntry[]): CpuEntry[][] => [...grouped(cpus, (cpu) => cpu.core).values()];

export function grouped<T, K>(items: T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
