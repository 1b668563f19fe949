import { R1Error } from '../../core/errors.js';
import type { Bandwidth, Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { formatBytes } from '../../core/units.js';
import { kneeOf } from './judge.js';
import { readSize, spreadCpus, threadCounts } from './placement.js';
import { type BandwidthOptions, type Bench, chooseStreams, type Measured, measurePoint } from './point.js';
import type { Streams } from './reader-protocol.js';

const MIN_BYTES_PER_THREAD = 8 * 1024 ** 2;

/**
 * Measures how fast memory can be read, by thread count and by NUMA node, with WebAssembly kernels in pinned threads.
 * Disturbed points are repeated, then marked; they never pass for slow memory. Takes about half a second a point.
 * Throws `MACHINE_UNFIT` when there is not enough memory to measure with.
 */
export async function measureBandwidth(host: Host, machine: Machine, options: BandwidthOptions): Promise<Bandwidth> {
  const startMs = options.clock.monotonicMs();
  const taskset = machine.tools.find((tool) => tool.name === 'taskset')?.path ?? null;
  const cpus = spreadCpus(machine.topology.cpus.filter((cpu) => cpu.isAllowed));
  const counts = options.threads ?? threadCounts(Math.min(cpus.length, machine.limits.threadCeiling));
  const bench: Bench = { host, machine, options, taskset };
  requireMemory(machine, counts);
  const streams = await chooseStreams(bench, cpus[0]!);
  const points: Measured[] = [];
  for (const count of counts) points.push(await measurePoint(bench, cpus.slice(0, count), streams));
  const perNode = taskset === null ? [] : await measureNodes(bench, streams);
  const last = readSize(machine, counts.at(-1)!);
  const isPinned = points.every((entry) => entry.isPinned);
  return {
    kernel: `WebAssembly SIMD read, ${streams} ${streams === 1 ? 'stream' : 'streams'} a thread (not STREAM)`,
    streams,
    bytesPerThread: last.bytes,
    isLargerThanCache: counts.every((count) => readSize(machine, count).isLargerThanCache),
    isPinned,
    points: points.map((entry) => entry.point),
    ...kneeOf(points.map((entry) => entry.point)),
    isContended: points.some((entry) => entry.point.isContended),
    perNode,
    notes: notesOf(machine, counts, isPinned),
    durationMs: options.clock.monotonicMs() - startMs,
  };
}

function requireMemory(machine: Machine, counts: number[]): void {
  const { bytes } = readSize(machine, Math.max(...counts));
  if (bytes >= MIN_BYTES_PER_THREAD) return;
  const usable = machine.memory.usableBytes.value;
  throw new R1Error(
    'MACHINE_UNFIT',
    `Too little memory to measure its bandwidth: ${usable === null ? 'unknown' : formatBytes(usable)} usable.`,
    {
      fix: 'Free memory, or leave it out with --no-bandwidth.',
    },
  );
}

/** Each node with CPUs and memory: its own cores read what they touched first, which is its own memory. */
async function measureNodes(bench: Bench, streams: Streams): Promise<Bandwidth['perNode']> {
  const { topology, limits } = bench.machine;
  const nodes = topology.allowed.nodes.filter((node) => topology.allowed.memoryNodes.includes(node));
  if (nodes.length < 2) return [];
  const perNode: Bandwidth['perNode'] = [];
  for (const node of nodes) {
    const cpus = spreadCpus(topology.cpus.filter((cpu) => cpu.isAllowed && cpu.node === node)).slice(
      0,
      limits.threadCeiling,
    );
    const { point } = await measurePoint({ ...bench, machine: partOf(bench.machine, node) }, cpus, streams);
    perNode.push({ cpuNode: node, memoryNode: node, point });
  }
  return perNode;
}

/** Memory and caches of one node: what its threads read must fit into it and exceed its own caches. */
function partOf(machine: Machine, id: number): Machine {
  const node = machine.numa.nodes.find((candidate) => candidate.id === id)!;
  const own = machine.caches.llc.domains.filter((domain) => domain.cpus.some((cpu) => node.cpus.includes(cpu)));
  const sizes = own.map((domain) => domain.sizeBytes);
  const { usableBytes } = machine.memory;
  const rooms = [usableBytes.value, node.availableBytes ?? node.freeBytes].filter((room) => room !== null);
  return {
    ...machine,
    memory: { ...machine.memory, usableBytes: { ...usableBytes, value: rooms.length > 0 ? Math.min(...rooms) : null } },
    caches: {
      ...machine.caches,
      llc: {
        ...machine.caches.llc,
        allowedBytes: sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0),
      },
    },
  };
}

function notesOf(machine: Machine, counts: number[], isPinned: boolean): string[] {
  const notes: string[] = [];
  const cache = machine.caches.llc.allowedBytes;
  if (cache === null)
    notes.push('the size of the last-level cache is unknown: part of what was read may have come from it');
  else if (!counts.every((count) => readSize(machine, count).isLargerThanCache))
    notes.push(
      `less than 4 times the ${formatBytes(cache)} of last-level cache was read: part of it may have come from there`,
    );
  if (!isPinned) notes.push('threads were not pinned: the scheduler may have moved them');
  if (counts.length === 1 && counts[0] === 1)
    notes.push('one thread alone rarely reaches the bandwidth of the machine');
  return notes;
}
