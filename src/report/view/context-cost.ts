import type { Candidate } from '../../core/candidate.js';
import type { ModelFile } from '../../core/model.js';
import type { RunResult } from '../../core/run-result.js';

export type ContextPoint = {
  tokens: number;
  /** KV cache of one sequence, bytes. */
  kvBytes: number;
  /** Decode rate as a share of that at an empty context, if memory bandwidth is all that counts: a bound, not a measurement. */
  speedShare: number;
};
export type ContextCost = { kvType: Candidate['kvType']; isChosen: boolean; points: ContextPoint[] };

/** Bytes an element relative to f16. Blocks of q8_0 hold 32 elements in 34 bytes, of q4_0 in 18 (ggml block layouts). */
const RELATIVE_SIZE: Record<Candidate['kvType'], number> = { f32: 2, f16: 1, q8_0: 34 / 64, q4_0: 18 / 64 };
const DEPTHS = [512, 2048, 8192, 16384, 32768, 65536, 131072];

export function contextCosts(run: RunResult, candidate: Candidate): ContextCost[] {
  const format = candidate.backend === 'onnx' ? 'onnx' : 'gguf';
  const model = run.plan.models.find((one) => one.quant === candidate.quant && one.format === format);
  if (!model) return [];
  const types = new Set([candidate.kvType, ...run.plan.candidates.map(({ kvType }) => kvType)]);
  return (Object.keys(RELATIVE_SIZE) as Candidate['kvType'][])
    .filter((kvType) => types.has(kvType))
    .map((kvType) => ({ kvType, isChosen: kvType === candidate.kvType, points: points(model, kvType) }));
}

function points(model: ModelFile, kvType: Candidate['kvType']): ContextPoint[] {
  const bytesPerToken = model.kvBytesPerToken * RELATIVE_SIZE[kvType];
  return DEPTHS.filter((tokens) => tokens <= model.contextLength).map((tokens) => {
    const kvBytes = bytesPerToken * tokens;
    return { tokens, kvBytes, speedShare: model.bytesPerToken / (model.bytesPerToken + kvBytes) };
  });
}
