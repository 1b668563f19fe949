import { formatCpuList, tryParseCpuList, tryParseCpuMap } from '../../core/cpu-list.js';
import { groupBy } from '../../core/group-by.js';
import type { Machine, NumaNode } from '../../core/machine.js';
import { MEMORY_KINDS } from '../../core/memory-kinds.js';
import type { Host } from '../../core/ports.js';
import { readCpuset } from '../limits/cgroup-cpuset.js';
import { asWhole, parseMeminfo } from '../reading/file-fact.js';
import { numbered, readCpuSet, statusList } from '../topology/cpu-set.js';
import { withMemoryKinds } from './memory-kind.js';

const NODE_FOLDER = '/sys/devices/system/node';

/** NUMA nodes. Their ids have gaps; some hold only memory (CXL, HBM, Optane, GPU), some only CPUs. */
export function probeNuma(host: Host): Machine['numa'] {
  const { online } = readCpuSet(host);
  const ids = onlineNodes(host);
  const allowedMemory = allowedNodes(host, ids);
  const nodes = withMemoryKinds(
    host,
    ids.map((id) => readNode(host, id, ids, online, allowedMemory)),
  );
  if (nodes.length === 0)
    return { nodes: [wholeMachine(host, online)], source: NODE_FOLDER, notes: ['no NUMA nodes are shown'] };
  if (!sharesCpus({ nodes })) return { nodes, source: NODE_FOLDER, notes: notesOf(nodes) };
  if (isFake(host))
    return { nodes, source: NODE_FOLDER, notes: [`numa=fake: one memory shown as ${nodes.length} nodes on purpose`] };
  const notes = ['the nodes claim the same CPUs (faulty firmware): taken as one node'];
  return { nodes: [{ ...wholeMachine(host, online), id: ids[0]! }], source: NODE_FOLDER, notes };
}

/** The kernel parameter that divides memory into nodes although the CPUs are the same (Raspberry Pi 5 gains by it). */
const isFake = (host: Host): boolean => /(?:^|\s)numa=fake=/.test(host.read('/proc/cmdline') ?? '');

function onlineNodes(host: Host): number[] {
  const folders = numbered(host, NODE_FOLDER, 'node');
  const listed = tryParseCpuList(host.read(`${NODE_FOLDER}/online`) ?? '');
  const online = folders.filter((id) => listed?.includes(id));
  return online.length > 0 ? online : folders;
}

/** Memory nodes this process may use, within the kernel's own answer and the cpuset's; all where neither names any. */
function allowedNodes(host: Host, ids: number[]): number[] {
  const lists = [statusList(host, 'Mems_allowed_list'), readCpuset(host, 'mems')?.ids];
  const within = (left: number[], list: number[] | undefined) => {
    const kept = list && left.filter((id) => list.includes(id));
    return kept && kept.length > 0 ? kept : left;
  };
  return lists.reduce<number[]>(within, ids);
}

/** True when some node has memory that this process may not take: figures of the whole machine are then not its own. */
export const isRestricted = ({ nodes }: Machine['numa']): boolean =>
  nodes.some((node) => !node.isMemoryAllowed && node.memoryBytes !== 0 && hasMemory(node));

const hasMemory = (node: NumaNode): boolean => node.kind === 'cpu-and-memory' || node.kind === 'memory-only';

/** What the kernel can give out: free pages, page cache and shrinkable slab, as MemAvailable counts them for the machine. */
function availableIn(meminfo: Map<string, number>): number | null {
  const free = meminfo.get('MemFree');
  if (free === undefined) return null;
  const droppable = ['Active(file)', 'Inactive(file)', 'SReclaimable'];
  return droppable.reduce((sum, name) => sum + (meminfo.get(name) ?? 0), free);
}

function readNode(host: Host, id: number, ids: number[], online: number[], allowed: number[]): NumaNode {
  const folder = `${NODE_FOLDER}/node${id}`;
  const claimed =
    tryParseCpuMap(host.read(`${folder}/cpumap`) ?? '') ?? tryParseCpuList(host.read(`${folder}/cpulist`) ?? '') ?? [];
  const cpus = claimed.filter((cpu) => online.includes(cpu));
  const meminfo = parseMeminfo(host.read(`${folder}/meminfo`) ?? '');
  const memoryBytes = meminfo.get('MemTotal') ?? null;
  const row = (host.read(`${folder}/distance`) ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
  return {
    id,
    kind: kindOf(host, id, cpus, memoryBytes),
    cpus,
    memoryBytes,
    freeBytes: meminfo.get('MemFree') ?? null,
    availableBytes: availableIn(meminfo),
    ...readPromise(host, folder),
    distances: row.length === ids.length ? row : [],
    isMemoryAllowed: allowed.includes(id),
    hugePagesFree: asWhole(host.read(`${folder}/hugepages/hugepages-2048kB/free_hugepages`) ?? '') ?? null,
    memorySideCacheBytes: asWhole(host.read(`${folder}/memory_side_cache/index1/size`) ?? '') ?? null,
  };
}

/** Without a meminfo file the kernel's list of nodes with memory decides; without that too, a node is taken to have some. */
function kindOf(host: Host, id: number, cpus: number[], memoryBytes: number | null): NumaNode['kind'] {
  const listed = host.read(`${NODE_FOLDER}/has_memory`) || host.read(`${NODE_FOLDER}/has_normal_memory`);
  const hasMemory =
    memoryBytes !== null ? memoryBytes > 0 : (listed && tryParseCpuList(listed)?.includes(id)) !== false;
  if (cpus.length > 0) return hasMemory ? 'cpu-and-memory' : 'cpu-only';
  return hasMemory ? 'memory-only' : 'empty';
}

/** True for numa=fake (and for faulty firmware before it is fixed): no node has CPUs of its own. */
export function sharesCpus({ nodes }: Pick<Machine['numa'], 'nodes'>): boolean {
  const all = nodes.flatMap((node) => node.cpus);
  return new Set(all).size < all.length;
}

function wholeMachine(host: Host, online: number[]): NumaNode {
  const meminfo = parseMeminfo(host.read('/proc/meminfo') ?? '');
  return {
    id: 0,
    kind: 'cpu-and-memory',
    cpus: online,
    memoryBytes: meminfo.get('MemTotal') ?? null,
    freeBytes: meminfo.get('MemFree') ?? null,
    availableBytes: meminfo.get('MemAvailable') ?? availableIn(meminfo),
    readBytesPerSecond: null,
    readLatencyNs: null,
    distances: [10],
    isMemoryAllowed: true,
    hugePagesFree: meminfo.get('HugePages_Free') ?? null,
    memorySideCacheBytes: null,
  };
}

/** What the firmware promises the nearest CPUs (HMAT, in MiB/s and ns); access1 leaves out initiators that are no CPUs. */
function readPromise(host: Host, folder: string): Pick<NumaNode, 'readBytesPerSecond' | 'readLatencyNs'> {
  const value = (name: string) =>
    ['access1', 'access0']
      .map((access) => asWhole(host.read(`${folder}/${access}/initiators/${name}`) ?? ''))
      .find((found) => found !== undefined && found > 0);
  const mebibytes = value('read_bandwidth');
  return {
    readBytesPerSecond: mebibytes === undefined ? null : mebibytes * 1024 ** 2,
    readLatencyNs: value('read_latency') ?? null,
  };
}

function notesOf(nodes: NumaNode[]): string[] {
  const notes: string[] = [];
  for (const [kind, same] of groupBy(
    nodes.filter((node) => node.kind === 'memory-only'),
    (node) => node.memoryKind?.value ?? null,
  ))
    notes.push(`${nodeList(same)} without CPUs: ${kind === null ? 'memory of unknown kind' : MEMORY_KINDS[kind]}`);
  const bare = nodes.filter((node) => node.kind === 'cpu-only');
  if (bare.length > 0) notes.push(`${nodeList(bare)} without memory: it comes from the nearest other node`);
  if (nodes.some((node) => node.memorySideCacheBytes))
    notes.push('a memory-side cache stands before the memory: bandwidth depends on what it holds');
  return notes;
}

const nodeList = (nodes: NumaNode[]): string =>
  `node${nodes.length === 1 ? '' : 's'} ${formatCpuList(nodes.map((node) => node.id))}`;
