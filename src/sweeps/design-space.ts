import { type Candidate, candidateId } from '../core/candidate.js';
import type { ModelFile } from '../core/model.js';
import { isModelOf } from '../core/model-of.js';
import type { DesignSpace } from './search-space.js';
import type { Space } from './space.js';

/** Each axis of the command line: its name there and how to read it off a candidate. */
const AXES: { name: string; kind: 'nominal' | 'numeric'; read: (candidate: Candidate) => string | number }[] = [
  { name: 'backend', kind: 'nominal', read: (c) => c.backend },
  { name: 'quant', kind: 'nominal', read: (c) => c.quant },
  { name: 'threads', kind: 'numeric', read: (c) => c.threads },
  { name: 'threads-batch', kind: 'nominal', read: (c) => String(c.threadsBatch ?? 'as decode') },
  { name: 'binding', kind: 'nominal', read: (c) => c.binding.name },
  { name: 'allocator', kind: 'nominal', read: (c) => c.allocator.name },
  { name: 'isa', kind: 'nominal', read: (c) => c.isa },
  { name: 'kv-type', kind: 'nominal', read: (c) => c.kvType },
  { name: 'flash-attention', kind: 'nominal', read: (c) => (c.flashAttention ? 'on' : 'off') },
  { name: 'batch', kind: 'numeric', read: (c) => c.batch },
  { name: 'mmap', kind: 'nominal', read: (c) => (c.mmap ? 'on' : 'off') },
  { name: 'mlock', kind: 'nominal', read: (c) => (c.mlock ? 'on' : 'off') },
  { name: 'huge-pages', kind: 'nominal', read: (c) => c.hugePages },
  { name: 'replicas', kind: 'numeric', read: (c) => c.replicas },
  { name: 'sequences', kind: 'numeric', read: (c) => c.sequences },
  { name: 'thread-placement', kind: 'nominal', read: (c) => c.threadPlacement ?? 'none' },
  { name: 'spinning', kind: 'nominal', read: (c) => (c.onnx ? (c.onnx.spinning ? 'on' : 'off') : 'none') },
];

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Axis → the values that occur, for the plan and the report. */
export function axisValues(candidates: readonly Candidate[]): Record<string, string[]> {
  return Object.fromEntries(AXES.map((axis) => [axis.name, distinct(candidates.map((c) => String(axis.read(c))))]));
}

/** Bits a weight, from the bytes one decoded token reads: what the roofline of decode follows. */
const bitsOf = (model: ModelFile | undefined): number => (model ? (model.bytesPerToken * 8) / model.parameters : 16);

/** The candidates as flat features for a search strategy; axes with a single value are left out. */
export function toDesignSpace(
  space: Space,
  models: readonly ModelFile[],
  qualityTier: (candidate: Candidate) => number,
): DesignSpace {
  const { candidates } = space;
  const varying = AXES.filter((axis) => distinct(candidates.map((c) => String(axis.read(c)))).length > 1);
  return {
    axes: [
      ...varying.map(({ name, kind }) =>
        kind === 'numeric' ? { name, kind, scale: 'log2' as const } : { name, kind },
      ),
      ...(varying.some((axis) => axis.name === 'quant')
        ? [{ name: 'bits', kind: 'covariate' as const, scale: 'ln' as const }]
        : []),
    ],
    points: candidates.map((candidate) => ({
      id: candidateId(candidate),
      qualityTier: qualityTier(candidate),
      levels: {
        ...Object.fromEntries(varying.map((axis) => [axis.name, axis.read(candidate)])),
        bits: bitsOf(models.find((model) => isModelOf(model, candidate))),
      },
    })),
    defaultId: candidateId(space.defaultCandidate),
    references: (space.references ?? []).map(candidateId),
  };
}
