import { formatCpuList } from '../../core/cpu-list.js';
import type { CpuEntry, NumaNode } from '../../core/machine.js';
import { MEMORY_KINDS } from '../../core/memory-kinds.js';
import { formatBytes } from '../../core/units.js';
import { folded, type Style } from './style.js';
import { type Branch, coresOf, grouped, merged, type Picture, treeOf } from './tree.js';

/** Up to so many CPUs each core is drawn with the numbers of its threads, above as one block a core. */
const NUMBERED_CPUS = 40;
/** A machine that would take more rows is drawn with what is alike put together, as far up as needed. */
const MAX_ROWS = 36;
/** A row with more cores counts them instead. */
const MAX_BLOCKS = 64;
const LIST_WIDTH = 90;

/** Packages, nodes, last-level caches, cores and threads; what this process may use stands out. */
export function drawMachine(machine: Picture, style: Style): string[] {
  const isNumbered = machine.topology.cpus.length <= NUMBERED_CPUS;
  const tree = treeOf(machine);
  const draw = (height: number) =>
    merged(tree, height, (branch) => likeness(machine, branch)).flatMap((branch) =>
      rowsOf(machine, branch, 0, isNumbered, style),
    );
  const heights = isNumbered ? [0] : [0, 1, 2, 3];
  const drawings = heights.map(draw);
  const rows = drawings.find((drawing) => drawing.length <= MAX_ROWS) ?? drawings.at(-1)!;
  return [...rows, ...bareNodes(machine, style), legend(machine, isNumbered, style)];
}

/** What must agree before two branches are drawn as one. Nodes of equal modules differ by what the kernel keeps for itself. */
function likeness({ numa, topology, caches }: Picture, { level, ids, cpus }: Branch): unknown {
  if (level === 'package') return cpus.length;
  if (level === 'llc') return ids[0] === null ? null : caches.llc.domains[ids[0]!]?.sizeBytes;
  const node = numa.nodes.find((candidate) => candidate.id === ids[0]);
  const size = node?.memoryBytes ? Math.round(Math.log(node.memoryBytes) / Math.log(1.15)) : 0;
  return [size, node?.kind, topology.allowed.memoryNodes.includes(ids[0] ?? -1)];
}

function rowsOf(machine: Picture, branch: Branch, depth: number, isNumbered: boolean, style: Style): string[] {
  const indent = '  '.repeat(depth);
  const title = titleOf(machine, branch);
  if (branch.children.length > 0) {
    const isTitled = branch.level !== 'node' || branch.ids[0] !== null;
    const inside = branch.children.flatMap((child) =>
      rowsOf(machine, child, isTitled ? depth + 1 : depth, isNumbered, style),
    );
    return isTitled ? [`${indent}${depth === 0 ? style.bold(title) : title}`, ...inside] : inside;
  }
  const cores = cells(branch, isNumbered, style);
  if (isNumbered) return [`${indent}${title}  ${cores}`];
  const [first = '', ...more] = folded(listText(branch.cpus).replaceAll(',', ', '), LIST_WIDTH, '').map((line) =>
    style.dim(line.replaceAll(', ', ',')),
  );
  return [`${indent}${title}  ${cores}  ${first}`, ...more.map((line) => `${indent}    ${line}`)];
}

function titleOf(machine: Picture, branch: Branch): string {
  if (branch.level === 'package') return numberedName('package', branch.ids);
  return branch.level === 'node' ? nodeTitle(machine, branch.ids) : cacheTitle(machine, branch.ids);
}

/** `node 3`, `nodes 0-7`. */
function numberedName(name: string, ids: (number | null)[]): string {
  return `${name}${ids.length === 1 ? '' : 's'} ${formatCpuList(ids.filter((id) => id !== null))}`;
}

function nodeTitle({ numa, topology }: Picture, ids: (number | null)[]): string {
  if (ids[0] === null) return 'no node';
  const nodes = numa.nodes.filter((node) => ids.includes(node.id));
  const sizes = [...new Set(nodes.map(({ memoryBytes }) => (memoryBytes ? formatBytes(memoryBytes) : '')))];
  const size = sizes.length > 1 ? `${sizes[0]} to ${sizes.at(-1)}` : sizes[0];
  const first = nodes[0];
  const memory = size ? ` · ${size}${ids.length > 1 ? ' each' : ''}` : first?.kind === 'cpu-only' ? ' · no memory' : '';
  const isRemote = first && !topology.allowed.memoryNodes.includes(first.id) && first.memoryBytes;
  return `${numberedName('node', ids)}${memory}${isRemote ? ' (not allowed)' : ''}`;
}

function cacheTitle({ caches }: Picture, ids: (number | null)[]): string {
  if (ids[0] === null) return 'no shared cache';
  const size = caches.llc.domains[ids[0]!]?.sizeBytes;
  const count = new Set(ids).size;
  return `${count > 1 ? `${count} × ` : ''}L${caches.llc.level} ${size ? formatBytes(size) : 'of unknown size'}`;
}

/** CPUs of a row: all of them, or those allowed `of` all. */
function listText(cpus: CpuEntry[]): string {
  const all = formatCpuList(cpus.map((cpu) => cpu.id));
  const allowed = cpus.filter((cpu) => cpu.isAllowed);
  const isPart = allowed.length > 0 && allowed.length < cpus.length;
  return isPart ? `${formatCpuList(allowed.map((cpu) => cpu.id))} of ${all}` : all;
}

function cells({ ids, cpus }: Branch, isNumbered: boolean, style: Style): string {
  const cores = coresOf(cpus);
  if (isNumbered) return cores.map((siblings) => numberedCore(siblings, style)).join(' ');
  // Of branches drawn as one, the first stands for all.
  const shown = cores.slice(0, Math.ceil(cores.length / ids.length));
  const blocks = shown.map((siblings) => blockCore(siblings));
  const runs = shown.length > MAX_BLOCKS ? runLengths(blocks) : blocks.join('');
  const painted = runs.replace(/[█▄]+(?: × \d+)?/g, (run) => style.green(run));
  return ids.length > 1 ? `${painted} each` : painted;
}

/** `[0 1]` a performance core, `(12)` an efficiency core; CPUs that are not allowed are dots. */
function numberedCore(siblings: CpuEntry[], style: Style): string {
  const [open, close] = siblings[0]!.kind === 'performance' ? ['[', ']'] : ['(', ')'];
  const threads = siblings.map((cpu) =>
    cpu.isAllowed ? style.green(String(cpu.id)) : style.dim('·'.repeat(String(cpu.id).length)),
  );
  return `${open}${threads.join(' ')}${close}`;
}

function blockCore(siblings: CpuEntry[]): string {
  if (!siblings.some((cpu) => cpu.isAllowed)) return '·';
  return siblings[0]!.kind === 'performance' ? '█' : '▄';
}

/** `█ × 96 · × 32`. */
function runLengths(blocks: string[]): string {
  const runs: { block: string; count: number }[] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last?.block === block) last.count++;
    else runs.push({ block, count: 1 });
  }
  return runs.map(({ block, count }) => (count > 1 ? `${block} × ${count}` : block)).join(' ');
}

/** Nodes that no row of CPUs belongs to: memory alone, nothing at all, or (numa=fake) the CPUs of another node. */
function bareNodes(machine: Picture, style: Style): string[] {
  const drawn = new Set(machine.topology.cpus.map((cpu) => cpu.node));
  const bare = machine.numa.nodes.filter((node) => !drawn.has(node.id));
  const what = (node: NumaNode) => {
    if (node.cpus.length > 0) return 'the same CPUs';
    if (node.kind === 'empty') return 'empty';
    return node.memoryKind?.value ? `no CPUs · ${MEMORY_KINDS[node.memoryKind.value]}` : 'no CPUs';
  };
  const groups = grouped(bare, (node) => JSON.stringify([what(node), node.memoryBytes, node.isMemoryAllowed]));
  return [...groups.values()].map((alike) => {
    const ids = alike.map((node) => node.id);
    return `${nodeTitle(machine, ids)}  ${style.dim(what(alike[0]!))}`;
  });
}

function legend({ topology }: Picture, isNumbered: boolean, style: Style): string {
  const hasKinds = topology.kinds.some((kind) => kind.kind !== 'performance');
  const isPartial = topology.allowed.cpus.length < topology.machine.cpus;
  const core = isNumbered ? '[ ] core with its CPUs' : '█ core';
  const kinds = hasKinds ? (isNumbered ? '  ( ) efficiency core' : '  ▄ efficiency core') : '';
  return style.dim(`${core}${kinds}${isPartial ? '  · not allowed here' : ''}`);
}
