import { R1Error } from '../core/errors.js';
import type { Geometry, ModelFile } from '../core/model.js';
import { FILE_TYPES, TENSOR_TYPES } from '../formats/gguf/types.js';
import { bool, type GgufValue, type Metadata, text, uint32 } from '../formats/gguf/value.js';
import { type WriteOptions, writeGguf } from '../formats/gguf/write.js';
import { inspectGguf, SYNTHETIC_KEY } from './gguf/inspect.js';
import { shapeMetadata } from './shape-metadata.js';
import { borrowedVocabulary } from './synthetic/borrowed-vocabulary.js';
import type { SyntheticType } from './synthetic/pool.js';
import { byteLevelVocabulary, LEAST_VOCABULARY } from './synthetic/vocabulary.js';
import { syntheticTensors } from './synthetic/weights.js';
import { decoderTensors } from './tensors.js';

export const SYNTHETIC_QUANTS = ['q4_0', 'q8_0', 'f16', 'f32'] as const satisfies readonly SyntheticType[];
export const isSyntheticQuant = (quant: string): quant is SyntheticType =>
  (SYNTHETIC_QUANTS as readonly string[]).includes(quant);

/** Raised when the same seed gives other bytes than before: cached files are then made again. */
export const SYNTHETIC_REVISION = 1;

export type SynthesisRequest = WriteOptions & {
  geometry: Geometry;
  quant: SyntheticType;
  /** 0 to 2^32 − 1. */
  seed: number;
  path: string;
  /** A GGUF file whose tokenizer is used; without it a byte-level one is made. */
  vocabularyPath?: string | undefined;
};

/**
 * Writes a model of a real geometry with seeded random weights: its speed and memory are those of the real model, its
 * text is noise. The same seed gives the same bytes on every machine. Over quantizations of one seed: f32 and f16 hold
 * identical weights, q8_0 and q4_0 hold llama.cpp's own rounding of them (every matrix in that type, the output too).
 */
export async function synthesizeGguf(request: SynthesisRequest): Promise<ModelFile> {
  const { geometry, quant, seed, path } = request;
  checkRows(geometry, quant);
  const tensors = syntheticTensors(geometry, decoderTensors(geometry), quant, seed);
  const { sha256 } = await writeGguf(path, syntheticMetadata(request), tensors, request);
  return { ...(await inspectGguf(path)), sha256 };
}

function checkRows(geometry: Geometry, quant: SyntheticType): void {
  const rows = [geometry.hidden, geometry.ffn, geometry.heads * geometry.headDim];
  const { block } = TENSOR_TYPES[quant];
  if (rows.some((row) => row % Math.max(block, 32) !== 0))
    throw new R1Error(
      'MODEL_UNSUPPORTED',
      `Rows of ${rows.join(', ')} weights; a synthetic model needs multiples of 32.`,
    );
  if (geometry.vocab < LEAST_VOCABULARY)
    throw new R1Error(
      'MODEL_UNSUPPORTED',
      `${geometry.vocab} tokens; a synthetic model needs ${LEAST_VOCABULARY} or more.`,
    );
}

function syntheticMetadata({ geometry, quant, seed, vocabularyPath }: SynthesisRequest): Metadata {
  return new Map<string, GgufValue>([
    ['general.architecture', text(geometry.architecture)],
    ['general.type', text('model')],
    ['general.name', text(`Synthetic ${geometry.id} (random weights)`)],
    [
      'general.description',
      text('Seeded random weights in a real geometry, made by r1-tune for measuring. Its text is noise.'),
    ],
    ['general.file_type', uint32(FILE_TYPES[quant])],
    ['general.quantization_version', uint32(2)],
    [SYNTHETIC_KEY, bool(true)],
    ['r1tune.geometry', text(geometry.id)],
    ['r1tune.seed', uint32(seed)],
    ...shapeMetadata(geometry),
    ...(vocabularyPath === undefined
      ? byteLevelVocabulary(geometry.vocab)
      : borrowedVocabulary(vocabularyPath, geometry.vocab)),
  ]);
}
