import type { Candidate } from '../../core/candidate.js';
import type { Outcome } from '../../core/outcome.js';
import type { Workload } from '../../core/workload.js';

/**
 * What pilots say about the time that other configurations will take: one short trial for each engine and quantization, and
 * a few more with other thread counts.
 */
export type Pilot = {
  backend: Candidate['backend'];
  quant: string;
  threads: number;
  /** Everything but prefill and decode: start of the process, load, tear-down. */
  fixedMs: number;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  /** All streams together over one alone is the number of streams of a replica to this power. */
  batchExponent: number;
};

/** How rates grow with threads beyond those that pilots have shown: prefill computes, decode waits for memory. */
const PREFILL_SCALING = 1;
const DECODE_SCALING = 0.7;
/** Where no pilot ran streams: four sequences of the 1.5B decoded 1.3 to 1.7 times as much as one, on two cores. */
const USUAL_BATCH_EXPONENT = 0.3;
/** Threads' worth of CPU and memory that one load occupies: with fewer for each replica, loads wait for one another. */
const LOAD_THREADS = 2;

function batchExponent({ samples, metrics }: Outcome): number {
  const { sequences } = samples?.streams ?? { sequences: 1 };
  const together = metrics!.throughputTokensPerSecond;
  if (sequences < 2 || together === null) return USUAL_BATCH_EXPONENT;
  return Math.log(together / metrics!.decodeTokensPerSecond) / Math.log(sequences);
}

/** The concurrent region of a trial, tokens of each stream; null without one. */
function streamsOf({ sequences, replicas }: Candidate, { streams, generateTokens }: Workload) {
  const exists = streams !== undefined || sequences * replicas > 1;
  return exists
    ? { promptTokens: streams?.promptTokens ?? 0, tokens: streams?.generateTokens ?? generateTokens }
    : null;
}

/** Time of a trial in prefill and decode, warm-up included, ms; 0 where it gave no rates. */
export function evaluatedMs({ metrics, workload, candidate, samples }: Outcome): number {
  if (!metrics) return 0;
  const { prefillTokensPerSecond, decodeTokensPerSecond } = metrics;
  const prompts = candidate.sequences * (streamsOf(candidate, workload)?.promptTokens ?? 0);
  const streamsMs = (samples?.streams?.wallMs ?? 0) + (prompts / prefillTokensPerSecond) * 1000;
  return requestMs(workload, prefillTokensPerSecond, decodeTokensPerSecond) + streamsMs;
}

export function pilotOf(outcome: Outcome): Pilot | null {
  const { metrics, candidate } = outcome;
  if (!metrics) return null;
  const { prefillTokensPerSecond, decodeTokensPerSecond } = metrics;
  return {
    backend: candidate.backend,
    quant: candidate.quant,
    threads: candidate.threads,
    fixedMs: Math.max(200, outcome.wallMs - evaluatedMs(outcome)),
    prefillTokensPerSecond,
    decodeTokensPerSecond,
    batchExponent: batchExponent(outcome),
  };
}

/** Prefill and decode of warm-up and measured region, ms, at the given rates (tok/s). */
function requestMs(workload: Workload, prefillRate: number, decodeRate: number): number {
  const prompt = workload.promptTokens + workload.warmUpPromptTokens + workload.contextDepth;
  const generated = workload.generateTokens + workload.warmUpGenerateTokens;
  return (prompt / prefillRate + generated / decodeRate) * 1000;
}

type Point = { threads: number; rate: number };

/** Rate by threads, straight between measured points in the logarithms of both, and a power of the threads beyond them. */
function rateAt(points: readonly Point[], threads: number, exponent: number): number {
  const above = points.findIndex((point) => point.threads >= threads);
  const next = points[above === -1 ? points.length - 1 : above]!;
  const before = points[above - 1];
  if (above <= 0 || !before) return next.rate * (threads / next.threads) ** exponent;
  const slope = Math.log(next.rate / before.rate) / Math.log(next.threads / before.threads);
  return before.rate * (threads / before.threads) ** slope;
}

export type ExpectedRates = {
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  throughputTokensPerSecond: number;
};

type Scale = (threads: number) => { prefill: number; decode: number };

/** Rates with so many threads over those of the pilot, from the quantization of its engine with the most pilots. */
function scaleOf(pilot: Pilot, pilots: readonly Pilot[], threadBudget: number): Scale {
  const sameEngine = pilots.filter((p) => p.backend === pilot.backend);
  const family = (quant: string): Pilot[] => sameEngine.filter((p) => p.quant === quant);
  const shown = sameEngine
    .map((p) => family(p.quant))
    .reduce((most, one) => (one.length > most.length ? one : most), family(pilot.quant));
  const within = (threads: number): number => Math.min(threads, threadBudget);
  const points = (read: (p: Pilot) => number): Point[] =>
    shown.map((p) => ({ threads: within(p.threads), rate: read(p) })).sort((a, b) => a.threads - b.threads);
  const prefill = points((p) => p.prefillTokensPerSecond);
  const decode = points((p) => p.decodeTokensPerSecond);
  const at = (list: Point[], threads: number, exponent: number): number =>
    rateAt(list, within(threads), exponent) / rateAt(list, within(pilot.threads), exponent);
  return (threads) => ({ prefill: at(prefill, threads, PREFILL_SCALING), decode: at(decode, threads, DECODE_SCALING) });
}

/** The pilot of its engine and quantization with the most threads; undefined without one. */
const pilotFor = ({ backend, quant }: Candidate, pilots: readonly Pilot[]): Pilot | undefined =>
  pilots.filter((p) => p.backend === backend && p.quant === quant).sort((a, b) => b.threads - a.threads)[0];

/** Rates to expect of a configuration, tok/s; null without a pilot. `threadBudget`: threads beyond it bring nothing. */
export function expectedRates(
  candidate: Candidate,
  pilots: readonly Pilot[],
  threadBudget: number,
): ExpectedRates | null {
  const pilot = pilotFor(candidate, pilots);
  if (!pilot) return null;
  const { threads, threadsBatch, replicas, sequences } = candidate;
  const scale = scaleOf(pilot, pilots, threadBudget);
  return {
    prefillTokensPerSecond: pilot.prefillTokensPerSecond * scale(threadsBatch ?? threads).prefill,
    decodeTokensPerSecond: pilot.decodeTokensPerSecond * scale(threads).decode,
    throughputTokensPerSecond:
      pilot.decodeTokensPerSecond *
      // Threads of one process may hinder one another where those of two do not.
      Math.max(scale(threads).decode, scale(threads * replicas).decode) *
      sequences ** pilot.batchExponent,
  };
}

/** Expected time of one trial, ms; 0 without a pilot of its engine and quantization. */
export function expectedTrialMs(
  candidate: Candidate,
  workload: Workload,
  pilots: readonly Pilot[],
  threadBudget: number,
): number {
  const rates = expectedRates(candidate, pilots, threadBudget);
  if (!rates) return 0;
  const { replicas, sequences, backend, quant } = candidate;
  // The first load of a file is slower than all later ones: the fastest start is the usual one.
  const own = pilots.filter((p) => p.backend === backend && p.quant === quant);
  const fixedMs = Math.min(...own.map((p) => p.fixedMs));
  const loadMs = fixedMs * Math.max(1, (replicas * LOAD_THREADS) / Math.max(LOAD_THREADS, threadBudget));
  const aloneMs = requestMs(workload, rates.prefillTokensPerSecond, rates.decodeTokensPerSecond);
  const streams = streamsOf(candidate, workload);
  if (!streams) return loadMs + aloneMs;
  const all = replicas * sequences;
  const prompts = (all * streams.promptTokens) / (rates.prefillTokensPerSecond * replicas);
  return loadMs + aloneMs + (prompts + (all * streams.tokens) / rates.throughputTokensPerSecond) * 1000;
}

/** A trial may take this many times what is expected before it counts as hung; slow disks and neighbours are not hangs. */
const DEADLINE_FACTOR = 6;
const SHORTEST_DEADLINE_MS = 60_000;

export const deadlineMs = (expectedMs: number): number => Math.max(SHORTEST_DEADLINE_MS, expectedMs * DEADLINE_FACTOR);
