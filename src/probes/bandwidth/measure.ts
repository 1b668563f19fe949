import { formatCpuList } from '../../core/cpu-list.js';
import { R1Error } from '../../core/errors.js';
import type { Bandwidth, BandwidthPoint, Machine } from '../../core/machine.js';
import type { Clock, Host } from '../../core/ports.js';
import { formatBytes } from '../../core/units.js';
import { disturbances, hadItsCpu, interferenceBetween, kneeOf, sampleInterference } from './judge.js';
import { readSize, spreadCpus, threadCounts } from './placement.js';
import { STREAMS, type Streams } from './reader-protocol.js';
import { openReaders, type Readers } from './readers.js';

export type BandwidthOptions = {
  clock: Clock;
  /** Thread counts to measure; default: from one thread to all allowed cores, within the quota. */
  threads?: number[];
  signal?: AbortSignal;
  onPoint?: (point: BandwidthPoint) => void;
};

const WARM_UP_PASSES = 2;
const MIN_PASSES = 5;
const MAX_PASSES = 30;
const REGION_SECONDS = 0.25;
const MAX_ATTEMPTS = 3;
const PAUSE_MS = 200;
const MIN_BYTES_PER_THREAD = 8 * 1024 ** 2;
/** The fastest on every machine tried; another must be clearly faster on a quiet machine, or noise would choose. */
const DEFAULT_STREAMS: Streams = 8;
const CLEARLY_FASTER = 1.05;

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

type Bench = { host: Host; machine: Machine; options: BandwidthOptions; taskset: string | null };
type Measured = { point: BandwidthPoint; isPinned: boolean };

function requireMemory(machine: Machine, counts: number[]): void {
  const { bytes } = readSize(machine, Math.max(...counts));
  if (bytes >= MIN_BYTES_PER_THREAD) return;
  const usable = machine.memory.usableBytes.value;
  throw new R1Error(
    'MACHINE_UNFIT',
    `Too little memory to measure its bandwidth: ${usable === null ? 'unknown' : formatBytes(usable)} usable.`,
    {
      mend: 'Free memory, or leave it out with --no-bandwidth.',
    },
  );
}

/** How many address streams one thread reads fastest here: memory controllers and prefetchers differ. */
async function chooseStreams(bench: Bench, cpu: number): Promise<Streams> {
  const { bytes } = readSize(bench.machine, 1);
  const readers = await openReaders({ cpus: [cpu], bytes, taskset: bench.taskset, signal: bench.options.signal });
  try {
    const seconds = new Map<Streams, number>();
    for (const streams of STREAMS) {
      await readers.run(streams, WARM_UP_PASSES);
      const passes = await readers.run(streams, MIN_PASSES);
      if (!hadItsCpu(passes.onCpuShare)) return DEFAULT_STREAMS;
      seconds.set(streams, Math.min(...passes.seconds));
    }
    return STREAMS.reduceRight((best, streams) =>
      seconds.get(best)! > CLEARLY_FASTER * seconds.get(streams)! ? streams : best,
    );
  } finally {
    await readers.close();
  }
}

async function measurePoint(bench: Bench, cpus: number[], streams: Streams): Promise<Measured> {
  const { clock, signal, onPoint } = bench.options;
  const { bytes } = readSize(bench.machine, cpus.length);
  const readers = await openReaders({ cpus, bytes, taskset: bench.taskset, signal });
  const placed = readers.isPinned ? formatCpuList(cpus) : null;
  try {
    const attempts: BandwidthPoint[] = [];
    while (attempts.length < MAX_ATTEMPTS && (attempts.at(-1)?.isContended ?? true)) {
      if (attempts.length > 0) await clock.sleep(PAUSE_MS * attempts.length, signal);
      attempts.push({ ...(await readOnce(bench, readers, cpus.length, bytes, streams)), cpus: placed });
    }
    const point = { ...leastDisturbed(attempts), attempts: attempts.length };
    onPoint?.(point);
    return { point, isPinned: readers.isPinned };
  } finally {
    await readers.close();
  }
}

async function readOnce(
  bench: Bench,
  readers: Readers,
  threads: number,
  bytes: number,
  streams: Streams,
): Promise<BandwidthPoint> {
  const warmUp = await readers.run(streams, WARM_UP_PASSES);
  const passes = Math.min(MAX_PASSES, Math.max(MIN_PASSES, Math.ceil(REGION_SECONDS / warmUp.seconds.at(-1)!)));
  const before = sampleInterference(bench.host);
  const { seconds, onCpuShare } = await readers.run(streams, passes);
  const interference = interferenceBetween(before, sampleInterference(bench.host));
  const rate = (time: number) => (bytes * threads) / time;
  const spread = median(seconds) / Math.min(...seconds);
  const reasons = disturbances({ onCpuShare, spread, ...interference });
  return {
    threads,
    cpus: null,
    bestBytesPerSecond: rate(Math.min(...seconds)),
    medianBytesPerSecond: rate(median(seconds)),
    spread,
    passes,
    onCpuShare,
    ...interference,
    isContended: reasons.length > 0,
    reasons,
    attempts: 1,
  };
}

/** An undisturbed attempt ends the loop and comes last; of disturbed ones the one with most of its CPUs. */
function leastDisturbed(attempts: BandwidthPoint[]): BandwidthPoint {
  const last = attempts.at(-1)!;
  if (!last.isContended) return last;
  const quality = (point: BandwidthPoint) => point.onCpuShare ?? 1 / point.spread;
  return attempts.reduce((best, point) => (quality(point) > quality(best) ? point : best));
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
    const { point } = await measurePoint(bench, cpus, streams);
    perNode.push({ cpuNode: node, memoryNode: node, point });
  }
  return perNode;
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

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
