import { modelFor } from '../../core/backends.js';
import { KV_SIZE_OVER_F16 } from '../../core/kv-type.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import { type BandwidthShare, bandwidthShare } from './bandwidth-share.js';
import type { ThreadCurves } from './thread-curves.js';

/** What stands between the recommended configuration and more speed. */
export type Limit = 'bandwidth' | 'quota' | 'threads' | 'unknown';

/** Memory of other machines, as their makers name it. */
export type MemoryKind = { channels: number; name: string; bytesPerSecond: number };
/** What the same configuration would decode there, at the share of the bandwidth that it reaches here. */
export type HardwareRow = { memory: MemoryKind; tokensPerSecond: number };

export type MemoryPart = { part: 'weights' | 'kv' | 'rest'; bytes: number };

export type Limits = {
  limit: Limit;
  /** How much of the bandwidth here it uses; null where no undisturbed point has its threads. */
  share: BandwidthShare | null;
  hardware: HardwareRow[];
  /** Parts of the peak of resident memory; empty where the peak or the model file is not known. */
  memory: MemoryPart[];
  /** The weights are mapped: the system can take their pages back without swap. */
  isMapped: boolean;
};

/** From here on decode waits for memory most of the time. */
const BOUND_BY_MEMORY = 0.6;
/** A channel moves 8 bytes a transfer (JEDEC JESD79-4, JESD79-5: 64 data bits a channel). */
const BYTES_PER_TRANSFER = 8;
const MEMORIES: readonly [number, string, number][] = [
  [2, 'DDR4-3200', 3200e6],
  [2, 'DDR5-5600', 5600e6],
  [4, 'DDR5-4800', 4800e6],
  [8, 'DDR5-4800', 4800e6],
  [12, 'DDR5-6400', 6400e6],
];

export function limitsOf(run: RunResult, curves: ThreadCurves, chosen: Configuration | null): Limits {
  const share = chosen && bandwidthShare({ curves }, chosen);
  return {
    limit: limitOf(run, share, chosen),
    share,
    hardware: share ? hardware(run, share, chosen!) : [],
    memory: chosen ? memoryParts(run, chosen) : [],
    isMapped: chosen?.candidate.mmap === true,
  };
}

function limitOf({ outcomes, machine }: RunResult, share: BandwidthShare | null, chosen: Configuration | null): Limit {
  const isThrottled = outcomes.some(
    ({ candidateId, flags }) => candidateId === chosen?.candidateId && flags.includes('quota-throttled'),
  );
  if (isThrottled) return 'quota';
  if (share && share.share.estimate >= BOUND_BY_MEMORY) return 'bandwidth';
  if (!share) return 'unknown';
  return chosen!.candidate.threads < machine.limits.threadBudget ? 'unknown' : 'threads';
}

/** The share of the modules' rate that reading reached here, and the share of that which decode reached. */
function hardware({ plan }: RunResult, { share }: BandwidthShare, { candidate }: Configuration): HardwareRow[] {
  const model = modelFor(plan.models, candidate);
  if (!model || share.estimate > 1) return [];
  return MEMORIES.map(([channels, kind, transfers]) => {
    const bytesPerSecond = channels * BYTES_PER_TRANSFER * transfers;
    const memory = { channels, name: `${channels} × ${kind}`, bytesPerSecond };
    return { memory, tokensPerSecond: (share.estimate * bytesPerSecond) / model.bytesPerToken };
  });
}

/** The file where it is mapped or read once, the cache of the context, and what is left: copies, buffers, the program. */
function memoryParts({ plan }: RunResult, { candidate, peakRssBytes }: Configuration): MemoryPart[] {
  const model = modelFor(plan.models, candidate);
  if (!model || peakRssBytes === null) return [];
  const { replicas, sequences, kvType } = candidate;
  const weights = Math.min(model.sizeBytes, peakRssBytes);
  const wanted = plan.contextTokens * model.kvBytesPerToken * KV_SIZE_OVER_F16[kvType] * replicas * sequences;
  const kv = Math.min(wanted, peakRssBytes - weights);
  return [
    { part: 'weights', bytes: weights },
    { part: 'kv', bytes: kv },
    { part: 'rest', bytes: peakRssBytes - weights - kv },
  ];
}
