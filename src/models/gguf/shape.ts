import { architectureSchema, type RopeScaling, type Shape } from '../../core/model.js';
import type { GgufFile } from '../../formats/gguf/read.js';
import { numberOf, textOf } from '../../formats/gguf/value.js';
import { invalidModel, unsupportedModel } from '../../formats/invalid.js';

/** Reads the shape of the decoder from metadata and tensor names. Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function readShape(file: GgufFile): Shape {
  const architecture = readArchitecture(file);
  const optional = (key: string): number | undefined => numberOf(file.metadata, `${architecture}.${key}`);
  const required = (key: string): number => positive(file, `${architecture}.${key}`);
  const names = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const embedding = names.get('token_embd.weight');
  if (embedding === undefined)
    throw invalidModel(
      file.path,
      'there are no weights in it (no token_embd.weight)',
      'a model, not only its vocabulary',
    );
  const hidden = required('embedding_length');
  const heads = required('attention.head_count');
  return {
    architecture,
    hidden,
    layers: required('block_count'),
    heads,
    kvHeads: groupedHeads(file, heads, optional('attention.head_count_kv') ?? heads),
    headDim: headDim(file, optional('attention.key_length') ?? optional('rope.dimension_count') ?? hidden / heads),
    ffn: required('feed_forward_length'),
    vocab: embedding.dims[1] ?? 1,
    tied: !names.has('output.weight'),
    ropeBase: optional('rope.freq_base') ?? 10000,
    ropeScaling: readRopeScaling(file, architecture, names.has('rope_freqs.weight')),
    rmsEps: roundedEpsilon(optional('attention.layer_norm_rms_epsilon')),
    contextLength: required('context_length'),
    qkvBias: names.has('blk.0.attn_q.bias'),
  };
}

function readArchitecture(file: GgufFile): Shape['architecture'] {
  if ((numberOf(file.metadata, 'split.count') ?? 1) > 1)
    throw unsupportedModel(
      file.path,
      'one part of a model split over several files',
      'one whole file (llama-gguf-split --merge makes it)',
    );
  const name = textOf(file.metadata, 'general.architecture');
  if (name === undefined) throw invalidModel(file.path, 'no general.architecture', 'the name of the architecture');
  const parsed = architectureSchema.safeParse(name);
  if (!parsed.success)
    throw unsupportedModel(file.path, `architecture "${name}"`, architectureSchema.options.join(' or '));
  return parsed.data;
}

function positive(file: GgufFile, key: string): number {
  const value = numberOf(file.metadata, key);
  if (value === undefined || !Number.isInteger(value) || value < 1)
    throw invalidModel(file.path, `${key} is ${value ?? 'missing'}`, 'a positive whole number');
  return value;
}

function groupedHeads(file: GgufFile, heads: number, kvHeads: number): number {
  if (!Number.isInteger(kvHeads) || kvHeads < 1 || heads % kvHeads !== 0)
    throw invalidModel(
      file.path,
      `${heads} query heads over ${kvHeads} key/value heads`,
      'a divisor of the query heads',
    );
  return kvHeads;
}

function headDim(file: GgufFile, value: number): number {
  if (!Number.isInteger(value) || value < 2 || value % 2 !== 0)
    throw invalidModel(file.path, `the heads are ${value} wide`, 'an even whole number');
  return value;
}

function readRopeScaling(file: GgufFile, architecture: string, hasFactors: boolean): RopeScaling | null {
  if (hasFactors) return { type: 'factors' };
  const type = textOf(file.metadata, `${architecture}.rope.scaling.type`);
  const factor = numberOf(file.metadata, `${architecture}.rope.scaling.factor`);
  if (type === undefined || type === 'none' || factor === undefined || factor === 1) return null;
  if (type === 'linear') return { type, factor };
  const original = numberOf(file.metadata, `${architecture}.rope.scaling.original_context_length`) ?? null;
  if (type === 'yarn') return { type, factor, originalContextLength: original };
  throw unsupportedModel(file.path, `rotary scaling "${type}"`, 'none, linear, yarn or a rope_freqs tensor');
}

/** A 32-bit 1e-6 reads as 9.999999974752427e-7; the nearest decimal of 7 digits is what was written. */
const roundedEpsilon = (value = 1e-5): number => Number(value.toPrecision(7));
