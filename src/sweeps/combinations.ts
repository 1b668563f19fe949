import { type Backend, baseCandidate, type Candidate } from '../core/candidate.js';
import type { Levels } from './levels.js';

/** Knobs that only llama.cpp has; ONNX Runtime refuses other values. Its own are under `onnx`. */
const LLAMA_ONLY = new Set<string>(['threadsBatch', 'isa', 'kvType', 'flashAttention', 'mmap', 'mlock']);

const canonical = (candidate: Candidate): Candidate => ({
  ...candidate,
  threadsBatch: candidate.threadsBatch === candidate.threads ? null : candidate.threadsBatch,
});

/** Every combination of the levels for one engine and quantization; knobs the engine lacks keep their base value. */
export function combinations(backend: Backend, quant: string, levels: Levels): Candidate[] {
  let partial: Candidate[] = [baseCandidate(backend, quant, 1)];
  for (const [knob, values] of Object.entries(levels) as [string, readonly unknown[]][]) {
    if (backend === 'onnx' && LLAMA_ONLY.has(knob)) continue;
    if (knob === 'spinning' && backend !== 'onnx') continue;
    const set = (candidate: Candidate, value: unknown): Candidate =>
      knob === 'spinning'
        ? { ...candidate, onnx: { ...candidate.onnx!, spinning: value as boolean } }
        : { ...candidate, [knob]: value };
    partial = partial.flatMap((candidate) => values.map((value) => set(candidate, value)));
  }
  return partial.map(canonical);
}
