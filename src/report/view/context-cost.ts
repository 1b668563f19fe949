import { modelFor } from '../../core/backends.js';
import type { Candidate } from '../../core/candidate.js';
import { KV_SIZE_OVER_F16 } from '../../core/kv-type.js';
import { kvBytesRead, type ModelFile } from '../../core/model.js';
import type { RunResult } from '../../core/run-result.js';

export type ContextPoint = {
  tokens: number;
  /** KV cache of one sequence, bytes. */
  kvBytes: number;
  /** Decode rate as a share of that at an empty context, if memory bandwidth is all that counts: a bound, not a measurement. */
  speedShare: number;
};
export type ContextCost = { kvType: Candidate['kvType']; isChosen: boolean; points: ContextPoint[] };

const DEPTHS = [512, 2048, 8192, 16384, 32768, 65536, 131072];

export function contextCosts(run: RunResult, candidate: Candidate): ContextCost[] {
  const model = modelFor(run.plan.models, candidate);
  if (!model || model.geometry.isCacheKnown === false) return [];
  const types = new Set([candidate.kvType, ...run.plan.candidates.map(({ kvType }) => kvType)]);
  return (Object.keys(KV_SIZE_OVER_F16) as Candidate['kvType'][])
    .filter((kvType) => types.has(kvType))
    .map((kvType) => ({ kvType, isChosen: kvType === candidate.kvType, points: points(model, kvType) }));
}

function points(model: ModelFile, kvType: Candidate['kvType']): ContextPoint[] {
  const bytesPerToken = model.kvBytesPerToken * KV_SIZE_OVER_F16[kvType];
  return DEPTHS.filter((tokens) => tokens <= model.contextLength).map((tokens) => {
    const kvBytes = bytesPerToken * tokens;
    const read = kvBytesRead(model.geometry, tokens) * KV_SIZE_OVER_F16[kvType];
    return { tokens, kvBytes, speedShare: model.bytesPerToken / (model.bytesPerToken + read) };
  });
}
