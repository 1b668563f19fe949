import { formatCpuList } from '../../core/cpu-list.js';
import type { BandwidthPoint, Machine } from '../../core/machine.js';
import type { Clock, Host } from '../../core/ports.js';
import { disturbances, hadItsCpu, interferenceBetween, sampleInterference } from './judge.js';
import { readSize } from './placement.js';
import { type ReaderRequest, STREAMS, type Streams } from './reader-protocol.js';
import { openReaders, type Readers } from './readers.js';

export type BandwidthOptions = {
  clock: Clock;
  /** Thread counts to measure; default: from one thread to all allowed cores, within the quota. */
  threads?: number[];
  signal?: AbortSignal;
  onPoint?: (point: BandwidthPoint) => void;
};

const WARM_UP = { passes: 2, sweeps: 1 };
const MIN_PASSES = 5;
const MAX_PASSES = 30;
const REGION_SECONDS = 0.25;
/** Short passes would measure how well threads start together. */
const PASS_SECONDS = 0.02;
const MAX_ATTEMPTS = 3;
const PAUSE_MS = 200;
/** The fastest on every machine tried; another must be clearly faster on a quiet machine, or noise would choose. */
const DEFAULT_STREAMS: Streams = 8;
const CLEARLY_FASTER = 1.05;

export type Bench = { host: Host; machine: Machine; options: BandwidthOptions; taskset: string | null };
export type Measured = { point: BandwidthPoint; isPinned: boolean };

/** How many address streams one thread reads fastest here: memory controllers and prefetchers differ. */
export async function chooseStreams(bench: Bench, cpu: number): Promise<Streams> {
  const { bytes } = readSize(bench.machine, 1);
  const readers = await openReaders({ cpus: [cpu], bytes, taskset: bench.taskset, signal: bench.options.signal });
  try {
    const seconds = new Map<Streams, number>();
    for (const streams of STREAMS) {
      const plan = await planOf(readers, streams);
      const passes = await readers.run({ ...plan, passes: MIN_PASSES });
      if (!hadItsCpu(passes.onCpuShare)) return DEFAULT_STREAMS;
      seconds.set(streams, Math.min(...passes.seconds) / plan.sweeps);
    }
    return STREAMS.reduceRight((best, streams) =>
      seconds.get(best)! > CLEARLY_FASTER * seconds.get(streams)! ? streams : best,
    );
  } finally {
    await readers.close();
  }
}

/** Measures one thread count, again when it was disturbed. */
export async function measurePoint(bench: Bench, cpus: number[], streams: Streams): Promise<Measured> {
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

/** Warms up, and from that makes passes long enough and takes as many as fill the measured region. */
async function planOf(readers: Readers, streams: Streams): Promise<ReaderRequest> {
  const sweepSeconds = (await readers.run({ streams, ...WARM_UP })).seconds.at(-1)!;
  const sweeps = Math.ceil(PASS_SECONDS / sweepSeconds);
  const passes = Math.ceil(REGION_SECONDS / (sweeps * sweepSeconds));
  return { streams, sweeps, passes: Math.min(MAX_PASSES, Math.max(MIN_PASSES, passes)) };
}

async function readOnce(
  bench: Bench,
  readers: Readers,
  threads: number,
  bytes: number,
  streams: Streams,
): Promise<BandwidthPoint> {
  const plan = await planOf(readers, streams);
  const before = sampleInterference(bench.host);
  const { seconds, onCpuShare } = await readers.run(plan);
  const interference = interferenceBetween(before, sampleInterference(bench.host));
  const rate = (time: number) => (bytes * threads * plan.sweeps) / time;
  const spread = median(seconds) / Math.min(...seconds);
  const reasons = disturbances({ onCpuShare, spread, ...interference });
  return {
    threads,
    cpus: null,
    bestBytesPerSecond: rate(Math.min(...seconds)),
    medianBytesPerSecond: rate(median(seconds)),
    spread,
    passes: plan.passes,
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

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
