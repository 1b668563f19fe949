import { greatestOf, leastOf } from '../core/extremes.js';
import type { Metrics, Resources, Samples, StreamSample } from '../core/outcome.js';
import type { Workload } from '../core/workload.js';

/** Decode is cut into this many chunks; their median survives contamination of just under half of them. */
export const DECODE_CHUNKS = 8;

/** Smallest sample for a percentile to be quoted: two samples beyond it with 99 % certainty (MLCommons endpoints #417 has the first and last). */
const PERCENTILE_FLOOR = { p90: 64, p95: 130, p99: 662 } as const;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function sortedCopy(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Linear interpolation between order statistics (Hyndman and Fan 1996, type 7). */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
}

/** tok/s of `count` consecutive chunks of nearly equal token count. */
export function chunkRates(decodeMs: readonly number[], count = DECODE_CHUNKS): number[] {
  const chunks = Math.min(count, decodeMs.length);
  return Array.from({ length: chunks }, (_, i) => {
    const from = Math.floor((i * decodeMs.length) / chunks);
    const to = Math.floor(((i + 1) * decodeMs.length) / chunks);
    return ((to - from) / sum(decodeMs.slice(from, to))) * 1000;
  });
}

function itl(decodeMs: readonly number[]): Metrics['itlMs'] {
  const sorted = sortedCopy(decodeMs);
  const at = (share: number, floor: number): number | null => (sorted.length >= floor ? quantile(sorted, share) : null);
  return {
    p50: quantile(sorted, 0.5),
    p90: at(0.9, PERCENTILE_FLOOR.p90),
    p95: at(0.95, PERCENTILE_FLOOR.p95),
    p99: at(0.99, PERCENTILE_FLOOR.p99),
    samples: sorted.length,
  };
}

/**
 * Tokens a second over all streams in the time when all of them decoded: who starts last and who ends first bound it, so
 * that no stream is measured with the machine half empty. A step across a bound counts by the part of it inside.
 */
export function commonWindowRate(each: readonly StreamSample[]): number | null {
  const from = greatestOf(each.map((stream) => stream.startMs));
  const to = leastOf(each.map((stream) => stream.startMs + sum(stream.decodeMs)));
  if (!(to > from)) return null;
  const inside = (stream: StreamSample): number => {
    let begin = stream.startMs;
    let tokens = 0;
    for (const ms of stream.decodeMs) {
      const overlap = Math.min(begin + ms, to) - Math.max(begin, from);
      if (overlap > 0) tokens += overlap / ms;
      begin += ms;
    }
    return tokens;
  };
  return (sum(each.map(inside)) / (to - from)) * 1000;
}

function throughput({ streams }: Samples): number | null {
  if (!streams) return null;
  const together = streams.each ? commonWindowRate(streams.each) : null;
  return together ?? (streams.tokens / streams.wallMs) * 1000;
}

/** Every published number of a trial, from its raw samples. Times in ms, rates in tok/s, memory in bytes. */
export function computeMetrics(workload: Workload, samples: Samples, resources: Resources): Metrics {
  const { decodeMs, decodeNativeMs, prefillMs } = samples;
  const rates = chunkRates(decodeMs);
  const msPerToken = sum(decodeMs) / decodeMs.length;
  const overheadMs = decodeNativeMs === null ? null : msPerToken - decodeNativeMs / decodeMs.length;
  const tokens = workload.promptTokens + decodeMs.length + (samples.streams?.tokens ?? 0);
  const perToken = (total: number | null): number | null => (total === null ? null : total / tokens);
  return {
    prefillTokensPerSecond: (workload.promptTokens / prefillMs) * 1000,
    decodeTokensPerSecond: 1000 / msPerToken,
    decodeChunkRates: rates,
    decodeMedianChunkRate: quantile(sortedCopy(rates), 0.5),
    ttftMs: samples.ttftMs,
    itlMs: itl(decodeMs),
    loadMs: samples.loadMs,
    peakRssBytes: resources.peakRssBytes,
    cpuSecondsPerToken: perToken(resources.cpuSeconds),
    cpuPercent: resources.cpuSeconds === null ? null : (resources.cpuSeconds / resources.wallSeconds) * 100,
    energyJoulesPerToken: perToken(resources.energyJoules),
    throughputTokensPerSecond: throughput(samples),
    ...(samples.streams?.each ? { streamItlMs: itl(samples.streams.each.flatMap((stream) => stream.decodeMs)) } : {}),
    overheadMsPerToken: overheadMs,
    overheadShare: overheadMs === null ? null : overheadMs / msPerToken,
  };
}
