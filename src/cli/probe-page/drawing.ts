import { formatCpuList } from '../../core/cpu-list.js';
import type { CpuEntry, Machine } from '../../core/machine.js';
import { formatBytes } from '../../core/units.js';
import type { Style } from './style.js';

/** Up to so many CPUs each core is drawn with the numbers of its threads, above as one block a core. */
const NUMBERED_CPUS = 40;
/** A machine with more caches than this is drawn with rows alike left out. */
const MAX_ROWS = 40;

type Picture = Pick<Machine, 'topology' | 'caches' | 'numa'>;

/** Packages, nodes, last-level caches, cores and threads; what this process may use stands out. */
export function drawMachine(machine: Picture, style: Style): string[] {
  const { topology } = machine;
  const isNumbered = topology.cpus.length <= NUMBERED_CPUS;
  const rows: string[] = [];
  for (const [pack, inPackage] of grouped(topology.cpus, (cpu) => cpu.package)) {
    rows.push(style.bold(`package ${pack}`));
    for (const [node, inNode] of grouped(inPackage, (cpu) => cpu.node)) {
      if (node !== null) rows.push(`  ${nodeTitle(machine, node)}`);
      for (const [llc, inCache] of grouped(inNode, (cpu) => cpu.llc))
        rows.push(
          `    ${cacheTitle(machine, llc)}${cells(inCache, isNumbered, style)}${isNumbered ? '' : `  ${style.dim(formatCpuList(inCache.map((cpu) => cpu.id)))}`}`,
        );
    }
  }
  const memoryOnly = machine.numa.nodes.filter((node) => node.cpus.length === 0);
  for (const node of memoryOnly) rows.push(`${nodeTitle(machine, node.id)}  ${style.dim('no CPUs')}`);
  return [...shortened(rows, style), legend(machine, isNumbered, style)];
}

function grouped<K>(cpus: CpuEntry[], keyOf: (cpu: CpuEntry) => K): [K, CpuEntry[]][] {
  const groups = new Map<K, CpuEntry[]>();
  for (const cpu of cpus) groups.set(keyOf(cpu), [...(groups.get(keyOf(cpu)) ?? []), cpu]);
  return [...groups];
}

function nodeTitle({ numa, topology }: Picture, id: number): string {
  const node = numa.nodes.find((candidate) => candidate.id === id);
  const size = node?.memoryBytes
    ? ` · ${formatBytes(node.memoryBytes)}`
    : node?.kind === 'cpu-only'
      ? ' · no memory'
      : '';
  const isRemote = node && !topology.allowed.memoryNodes.includes(id) && node.memoryBytes ? ' (not allowed)' : '';
  return `node ${id}${size}${isRemote}`;
}

function cacheTitle({ caches }: Picture, id: number | null): string {
  if (id === null) return 'no shared cache  ';
  const size = caches.llc.domains[id]?.sizeBytes;
  return `L${caches.llc.level} ${size ? formatBytes(size) : 'of unknown size'}  `;
}

function cells(cpus: CpuEntry[], isNumbered: boolean, style: Style): string {
  const cores = grouped(cpus, (cpu) => cpu.core).map(([, siblings]) => siblings);
  if (isNumbered) return cores.map((siblings) => numberedCore(siblings, style)).join(' ');
  return cores.map((siblings) => blockCore(siblings, style)).join('');
}

/** `[0 1]` a performance core, `(12)` an efficiency core; CPUs that are not allowed are dots. */
function numberedCore(siblings: CpuEntry[], style: Style): string {
  const [open, close] = siblings[0]!.kind === 'performance' ? ['[', ']'] : ['(', ')'];
  const threads = siblings.map((cpu) =>
    cpu.isAllowed ? style.green(String(cpu.id)) : style.dim('·'.repeat(String(cpu.id).length)),
  );
  return `${open}${threads.join(' ')}${close}`;
}

function blockCore(siblings: CpuEntry[], style: Style): string {
  const isAllowed = siblings.some((cpu) => cpu.isAllowed);
  if (!isAllowed) return style.dim('·');
  return style.green(siblings[0]!.kind === 'performance' ? '█' : '▄');
}

function shortened(rows: string[], style: Style): string[] {
  if (rows.length <= MAX_ROWS) return rows;
  const hidden = rows.length - MAX_ROWS;
  return [...rows.slice(0, MAX_ROWS - 4), style.dim(`    … ${hidden} rows alike left out …`), ...rows.slice(-4)];
}

function legend({ topology }: Picture, isNumbered: boolean, style: Style): string {
  const hasKinds = topology.kinds.some((kind) => kind.kind !== 'performance');
  const isPartial = topology.allowed.cpus.length < topology.machine.cpus;
  const core = isNumbered ? '[ ] core with its CPUs' : '█ core';
  const kinds = hasKinds ? (isNumbered ? '  ( ) efficiency core' : '  ▄ efficiency core') : '';
  return style.dim(`${core}${kinds}${isPartial ? '  · not allowed here' : ''}`);
}
