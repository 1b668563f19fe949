import { tryParseCpuList, tryParseCpuMap } from '../../core/cpu-list.js';
import type { Machine, NumaNode } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readCpuset } from '../limits/cgroup-cpuset.js';
import { asWhole, parseMeminfo } from '../reading/file-fact.js';
import { numbered, readCpuSet, statusList } from '../topology/cpu-set.js';

const NODE_FOLDER = '/sys/devices/system/node';

/** NUMA nodes. Their ids have gaps; some hold only memory (CXL, HBM, Optane), some only CPUs. */
export function probeNuma(host: Host): Machine['numa'] {
  const { online } = readCpuSet(host);
  const ids = onlineNodes(host);
  const allowedMemory = allowedNodes(host);
  const nodes = ids.map((id) => readNode(host, id, ids, online, allowedMemory));
  if (nodes.length === 0)
    return { nodes: [wholeMachine(host, online)], source: NODE_FOLDER, notes: ['no NUMA nodes are shown'] };
  if (!overlap(nodes)) return { nodes, source: NODE_FOLDER, notes: notesOf(nodes) };
  const notes = ['the nodes claim the same CPUs (faulty firmware): taken as one node'];
  return { nodes: [{ ...wholeMachine(host, online), id: ids[0]! }], source: NODE_FOLDER, notes };
}

function onlineNodes(host: Host): number[] {
  const folders = numbered(host, NODE_FOLDER, 'node');
  const listed = tryParseCpuList(host.read(`${NODE_FOLDER}/online`) ?? '');
  const online = folders.filter((id) => listed?.includes(id));
  return online.length > 0 ? online : folders;
}

/** Memory nodes this process may use: the kernel's own answer, else the cpuset's, else undefined for all. */
function allowedNodes(host: Host): number[] | undefined {
  return statusList(host, 'Mems_allowed_list') ?? readCpuset(host, 'mems')?.ids;
}

function readNode(host: Host, id: number, ids: number[], online: number[], allowed: number[] | undefined): NumaNode {
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
    distances: row.length === ids.length ? row : [],
    isMemoryAllowed: allowed?.includes(id) ?? true,
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

function overlap(nodes: NumaNode[]): boolean {
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
    distances: [10],
    isMemoryAllowed: true,
    hugePagesFree: meminfo.get('HugePages_Free') ?? null,
    memorySideCacheBytes: null,
  };
}

function notesOf(nodes: NumaNode[]): string[] {
  const ids = (kind: NumaNode['kind']) => nodes.filter((node) => node.kind === kind).map((node) => node.id);
  const notes: string[] = [];
  if (ids('memory-only').length > 0)
    notes.push(`nodes without CPUs: ${ids('memory-only').join(', ')} (CXL, HBM, persistent or GPU memory)`);
  if (ids('cpu-only').length > 0)
    notes.push(`nodes without memory: ${ids('cpu-only').join(', ')}; their memory comes from the nearest other node`);
  if (nodes.some((node) => node.memorySideCacheBytes))
    notes.push('a memory-side cache stands before the memory: bandwidth depends on what it holds');
  return notes;
}
