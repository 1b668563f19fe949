import { tryParseCpuList } from '../core/cpu-list.js';
import { KV_SIZE_OVER_F16 } from '../core/kv-type.js';
import type { Profile } from '../core/profile.js';
import { formatBytes } from '../core/units.js';

const MIB = 1024 ** 2;
/** Room for the supervisor, its queue and open answers; the server refuses to start below it. */
const SUPERVISOR_BYTES = 1024 * MIB;
const STEP = 256 * MIB;

export type MemoryNeed = { bytes: number; mebibytes: number; reason: string };

/**
 * Memory that the deployment may use, in whole steps of 256 MiB: measured peak (weights included), the KV cache
 * of full contexts, and the supervisor.
 */
export function memoryNeed(profile: Profile): MemoryNeed {
  const { candidate, model, expected, contextTokens } = profile;
  const { replicas, sequences, kvType } = candidate;
  const peak = Math.max(expected.peakRssBytes ?? 0, model.sizeBytes * replicas);
  const contexts = replicas * sequences;
  const kv = model.kvBytesPerToken * KV_SIZE_OVER_F16[kvType] * contextTokens * contexts;
  const bytes = Math.ceil((peak + kv + SUPERVISOR_BYTES) / STEP) * STEP;
  const reason =
    `Memory: ${formatBytes(peak)} measured peak + ${formatBytes(kv)} KV cache (${contexts} × ${contextTokens} tokens, ` +
    `${kvType}) + ${formatBytes(SUPERVISOR_BYTES)} for the server itself.`;
  return { bytes, mebibytes: bytes / MIB, reason };
}

/** Threads that can be busy at once in one replica. */
export const threadsPerReplica = ({ candidate: { threads, threadsBatch } }: Profile): number =>
  Math.max(threads, threadsBatch ?? threads);

/** CPUs that could be used where the profile was measured; null when it does not say. */
export function measuredCpus({ machine: { hard } }: Profile): number | null {
  const allowed = tryParseCpuList(String(hard.allowedCpus ?? ''))?.length;
  if (!allowed) return null;
  return typeof hard.quotaCpus === 'number' ? Math.max(1, Math.min(allowed, Math.floor(hard.quotaCpus))) : allowed;
}

export type CpuNeed = { cpus: number; reason: string };

/**
 * Whole CPUs of one container: the engine's threads and one for the server, which streams while they compute; no more
 * than the measurement had, since the expected numbers were reached with these.
 */
export function containerCpus(profile: Profile): CpuNeed {
  const threads = threadsPerReplica(profile) * profile.candidate.replicas;
  const measured = measuredCpus(profile);
  if (measured === null || threads < measured)
    return {
      cpus: threads + 1,
      reason: `CPUs: ${threads} threads and one for the server, a whole number for exclusive cores.`,
    };
  return {
    cpus: measured,
    reason: `CPUs: all ${measured} of the measured machine. Its ${threads} threads leave none for the server, which shares theirs, as it did there.`,
  };
}
