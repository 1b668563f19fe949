import { modelArms } from '../../core/backends.js';
import { baseCandidate, type Candidate, knobDifferences } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import { reachableTokensPerSecond } from '../../core/roofline.js';
import type { Configuration, RunResult } from '../../core/run-result.js';

export type CurvePoint = { threads: number; rate: Interval; candidateId: string; otherKnobs: string[] };
export type Curve = {
  backend: string;
  quant: string;
  /** The recommended knobs at every thread count, where no curve of plainer configurations holds the recommended one. */
  isRecommended: boolean;
  points: CurvePoint[];
  /** Fewest threads that reach 95 % of the curve's best estimate. */
  kneeThreads: number | null;
};
export type RooflinePoint = { threads: number; tokensPerSecond: number; isContended: boolean };
export type Roofline = { backend: string; quant: string; points: RooflinePoint[] };

export type ThreadCurves = { decode: Curve[]; prefill: Curve[]; rooflines: Roofline[] };

/** As for the bandwidth knee: the last 5 % are not worth the cores. */
const KNEE_SHARE = 0.95;

export function threadCurves(run: RunResult): ThreadCurves {
  const single = run.configurations.filter(({ candidate }) => candidate.replicas === 1 && candidate.sequences === 1);
  return {
    decode: withRecommended(single, DECODE, run.choice?.candidateId),
    prefill: withRecommended(single, PREFILL, run.choice?.candidateId),
    rooflines: rooflines(run),
  };
}

/** Which threads and which rate a curve is of. */
type Phase = {
  threadsOf: (candidate: Candidate) => number;
  rateOf: (configuration: Configuration) => Interval | null;
};
const DECODE: Phase = { threadsOf: (c) => c.threads, rateOf: (c) => c.decodeTokensPerSecond };
const PREFILL: Phase = { threadsOf: (c) => c.threadsBatch ?? c.threads, rateOf: (c) => c.prefillTokensPerSecond };

/** The recommended configuration is on a curve: one of the plain ones, or one of its own knobs. */
function withRecommended(all: readonly Configuration[], phase: Phase, chosenId: string | undefined): Curve[] {
  const plain = curves(all, phase);
  const chosen = all.find(({ candidateId }) => candidateId === chosenId);
  const isDrawn = plain.some(({ points }) => points.some(({ candidateId }) => candidateId === chosenId));
  if (!chosen || isDrawn) return plain;
  const { backend, quant } = chosen.candidate;
  const key = otherKnobs(chosen.candidate).join();
  const alike = all.filter(
    ({ candidate: c }) => c.backend === backend && c.quant === quant && otherKnobs(c).join() === key,
  );
  return [...plain, ...curves(alike, phase).map((curve) => ({ ...curve, isRecommended: true }))];
}

function curves(configurations: readonly Configuration[], { threadsOf, rateOf }: Phase): Curve[] {
  const groups = new Map<string, Map<number, Configuration>>();
  for (const configuration of configurations) {
    if (!rateOf(configuration)) continue;
    const { candidate } = configuration;
    const key = `${candidate.backend}\n${candidate.quant}`;
    const group = groups.get(key) ?? new Map<number, Configuration>();
    groups.set(key, group);
    const threads = threadsOf(candidate);
    const present = group.get(threads);
    if (!present || plainer(configuration, present) < 0) group.set(threads, configuration);
  }
  return [...groups].map(([key, group]) => {
    const [backend = '', quant = ''] = key.split('\n');
    const points = [...group]
      .sort(([a], [b]) => a - b)
      .map(([threads, one]) => ({
        ...{ threads, rate: rateOf(one)!, candidateId: one.candidateId, otherKnobs: otherKnobs(one.candidate) },
      }));
    return { backend, quant, isRecommended: false, points, kneeThreads: knee(points) };
  });
}

/** What besides threads is not at its base value. */
function otherKnobs(candidate: Candidate): string[] {
  const base = baseCandidate(candidate.backend, candidate.quant, candidate.threads);
  return knobDifferences({ ...candidate, threadsBatch: null }, base);
}

/** The configuration with the fewest other knobs changed stands for a thread count, then the one with more trials. */
function plainer(a: Configuration, b: Configuration): number {
  const knobs = otherKnobs(a.candidate).length - otherKnobs(b.candidate).length;
  return knobs || b.trials - a.trials || (a.candidateId < b.candidateId ? -1 : 1);
}

function knee(points: readonly CurvePoint[]): number | null {
  if (points.length < 3) return null;
  const best = Math.max(...points.map((point) => point.rate.estimate));
  return points.find((point) => point.rate.estimate >= KNEE_SHARE * best)?.threads ?? null;
}

/** Decode can be no faster than the measured bandwidth delivers the bytes of a token. */
function rooflines(run: RunResult): Roofline[] {
  const points = run.machine.bandwidth?.points ?? [];
  if (points.length === 0) return [];
  return modelArms(run.plan.models, run.plan.candidates).map(({ backend, model }) => ({
    backend,
    quant: model.quant,
    points: points.map((point) => ({
      threads: point.threads,
      tokensPerSecond: reachableTokensPerSecond(point.medianBytesPerSecond, model.bytesPerToken),
      isContended: point.isContended,
    })),
  }));
}
