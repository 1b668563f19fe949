import { type Backend, baseCandidate, type Candidate } from '../core/candidate.js';
import type { Levels } from './levels.js';

/** Knobs that only llama.cpp has; ONNX Runtime refuses other values. Its own are under `onnx`. */
const LLAMA_ONLY = new Set<string>(['threadsBatch', 'isa', 'kvType', 'flashAttention', 'mmap', 'mlock']);

/** The same configuration written in one way: as many prefill threads as decode, one thread placed apart from nobody. */
function canonical({ threadPlacement, ...candidate }: Candidate): Candidate {
  const { threads, threadsBatch } = candidate;
  const isAlone = Math.max(threads, threadsBatch ?? 0) === 1;
  return {
    ...candidate,
    threadsBatch: threadsBatch === threads ? null : threadsBatch,
    ...(threadPlacement && !isAlone ? { threadPlacement } : {}),
  };
}

function withKnob(candidate: Candidate, knob: string, value: unknown): Candidate {
  if (knob === 'spinning') return { ...candidate, onnx: { ...candidate.onnx!, spinning: value as boolean } };
  if (knob === 'threadPlacement' && value === 'none') return candidate;
  return { ...candidate, [knob]: value };
}

/** Every combination of the levels for one engine and quantization; knobs the engine lacks keep their base value. */
export function combinations(backend: Backend, quant: string, levels: Levels): Candidate[] {
  let partial: Candidate[] = [baseCandidate(backend, quant, 1)];
  for (const [knob, values] of Object.entries(levels) as [string, readonly unknown[]][]) {
    if (backend === 'onnx' && LLAMA_ONLY.has(knob)) continue;
    if (knob === 'threadPlacement' && backend !== 'llama-cpp') continue;
    if (knob === 'spinning' && backend !== 'onnx') continue;
    partial = partial.flatMap((candidate) => values.map((value) => withKnob(candidate, knob, value)));
  }
  return partial.map(canonical);
}
