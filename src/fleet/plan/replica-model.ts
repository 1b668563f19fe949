import { type Candidate, candidateId } from '../../core/candidate.js';
import type { RequestLoad } from '../../core/capacity-plan.js';
import type { FleetKind, FleetRate, FleetRun } from '../../core/fleet.js';
import { groupBy } from '../../core/group-by.js';
import { KV_SIZE_OVER_F16 } from '../../core/kv-type.js';
import type { Profile } from '../../core/profile.js';
import { median } from '../../stats/sample.js';
import type { ReplicaModel } from './replica.js';

export type StepPoint = { sequences: number; ms: number };
export type MeasuredReplica = {
  profile: Profile;
  points: StepPoint[];
  prefillTokensPerSecond: number;
  /** Tokens in the cache of a sequence when the steps were measured, in the mean. */
  measuredDepth: number;
};

/** The profile of a kind for a model, and what its machines measured of it. Null where none of its runs recommends anything. */
export function measuredReplica(kind: FleetKind, model: string): MeasuredReplica | null {
  const runs = kind.machines.flatMap((machine) => machine.runs).filter((run) => run.task.model === model);
  const profile = chosenProfile(runs);
  if (!profile) return null;
  const own = shapeOf(profile.candidate);
  const rates = runs.flatMap((run) => run.rates).filter(({ candidate }) => shapeOf(candidate) === own);
  if (rates.length === 0) return null;
  const { workload } = profile;
  return {
    profile,
    points: stepPoints(rates),
    prefillTokensPerSecond: median(rates.map(({ prefillTokensPerSecond }) => prefillTokensPerSecond.estimate)),
    measuredDepth: workload.contextDepth + workload.promptTokens + workload.generateTokens / 2,
  };
}

/** A profile that was tuned for many streams if there is one, of the most recommended setting, else the newest. */
function chosenProfile(runs: readonly FleetRun[]): Profile | null {
  const profiles = runs.flatMap(({ profile }) => profile ?? []);
  const forMany = profiles.filter(({ objective }) => objective === 'throughput');
  const groups = [...groupBy(forMany.length > 0 ? forMany : profiles, (one) => candidateId(one.candidate)).values()];
  return groups.sort((a, b) => b.length - a.length)[0]?.[0] ?? null;
}

/** The setting whatever its number of sequences. */
const shapeOf = (candidate: Candidate): string => candidateId({ ...candidate, sequences: 1 });

/** Median over machines of the time of a step with so many sequences, by their number. */
export function stepPoints(rates: readonly FleetRate[]): StepPoint[] {
  const points = rates.flatMap(({ candidate, decodeTokensPerSecond, throughput }): StepPoint[] => [
    { sequences: 1, ms: 1000 / decodeTokensPerSecond.estimate },
    ...(throughput && candidate.sequences > 1
      ? [{ sequences: candidate.sequences, ms: (1000 * throughput.streams) / throughput.tokensPerSecond.estimate }]
      : []),
  ]);
  const medians = [...groupBy(points, ({ sequences }) => String(sequences)).values()].map((own) => ({
    sequences: own[0]!.sequences,
    ms: median(own.map(({ ms }) => ms)),
  }));
  return rising(medians.sort((a, b) => a.sequences - b.sequences));
}

/** A step of more sequences is no shorter: where noise says so, it is taken to be as long. */
const rising = (points: readonly StepPoint[]): StepPoint[] =>
  points.map(({ sequences }, i) => ({ sequences, ms: Math.max(...points.slice(0, i + 1).map(({ ms }) => ms)) }));

/**
 * The replica under a load, with up to `sequences` together: steps between measured points are straight, and a longer context costs what its
 * cache adds to the bytes that a token reads, at the bytes a second that decoding was measured to read.
 */
export function replicaModel(measured: MeasuredReplica, load: RequestLoad, sequences: number): ReplicaModel {
  const { profile, points, prefillTokensPerSecond, measuredDepth } = measured;
  const { model, candidate } = profile;
  const depth = (load.prompt.least + load.prompt.most) / 2 + (load.answer.least + load.answer.most) / 4;
  const bytesPerMs = model.bytesPerToken / points[0]!.ms;
  const deeperMs = ((depth - measuredDepth) * model.kvBytesPerToken * KV_SIZE_OVER_F16[candidate.kvType]) / bytesPerMs;
  return {
    stepMs: Array.from({ length: sequences }, (_, i) => Math.max(1e-3, between(points, i + 1) + (i + 1) * deeperMs)),
    prefillMsPerToken: 1000 / prefillTokensPerSecond,
    chunkTokens: candidate.batch,
  };
}

function between(points: readonly StepPoint[], sequences: number): number {
  const above = points.findIndex((point) => point.sequences >= sequences);
  const high = points[above === -1 ? points.length - 1 : above]!;
  const low = points[Math.max(0, above - 1)]!;
  if (high.sequences === low.sequences) return high.ms;
  return low.ms + ((sequences - low.sequences) / (high.sequences - low.sequences)) * (high.ms - low.ms);
}
