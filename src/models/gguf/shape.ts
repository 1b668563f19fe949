import { architectureSchema, type RopeScaling, type Shape } from '../../core/model.js';
import type { GgufFile, GgufTensor } from '../../formats/gguf/read.js';
import { numberOf, numbersOf, textOf } from '../../formats/gguf/value.js';
import { invalidModel, unsupportedModel } from '../../formats/invalid.js';
import { cacheLayers, isCacheKnown } from './cache-layers.js';

type Keys = { one(key: string): number | undefined; each(key: string, layers: number): number[] | undefined };

/** Whether every tensor of a file with this shape is known here. */
export const isWhollyKnown = ({ architecture, experts }: Shape): boolean =>
  architectureSchema.safeParse(architecture).success && experts === undefined;

/** Reads the shape of the decoder from metadata and tensor names. Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function readShape(file: GgufFile): Shape {
  const architecture = readArchitecture(file);
  const keys = keysOf(file, architecture);
  const required = (key: string): number => positive(file, `${architecture}.${key}`, keys.one(key));
  const names = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const embedding = names.get('token_embd.weight');
  if (embedding === undefined)
    throw invalidModel(
      file.path,
      'there are no weights in it (no token_embd.weight)',
      'a model, not only its vocabulary',
    );
  const hidden = required('embedding_length');
  const layers = required('block_count');
  const headsOf = keys.each('attention.head_count', layers) ?? [required('attention.head_count')];
  const heads = Math.max(
    1,
    headsOf.reduce((most, count) => Math.max(most, count), 0),
  );
  const kvHeadsOf = keys.each('attention.head_count_kv', layers) ?? headsOf;
  const kvHeads = kvHeadsOf.reduce((most, count) => Math.max(most, count), 0);
  const width = headDim(file, keys.one('attention.key_length') ?? rotaryWidth(file, keys) ?? hidden / heads);
  const rotated = keys.one('rope.dimension_count') ?? width;
  const experts = readExperts(keys, names);
  const cache = cacheLayers({ architecture, layers, kvHeadsOf, headDim: width, ...keys });
  return {
    architecture,
    hidden,
    layers,
    heads,
    kvHeads: groupedHeads(file, heads, kvHeads),
    headDim: width,
    ffn: widest(keys.each('feed_forward_length', layers)) ?? experts?.ffn ?? required('feed_forward_length'),
    vocab: embedding.dims[1] ?? 1,
    tied: !names.has('output.weight'),
    ropeBase: keys.one('rope.freq_base') ?? 10000,
    ropeScaling: readRopeScaling(file, architecture, names.has('rope_freqs.weight')),
    rmsEps: roundedEpsilon(keys.one('attention.layer_norm_rms_epsilon')),
    contextLength: required('context_length'),
    qkvBias: names.has('blk.0.attn_q.bias'),
    ...(rotated < width ? { rotaryDim: rotated } : {}),
    ...(names.has('blk.0.attn_q_norm.weight') ? { qkNorm: true } : {}),
    ...(experts ? { experts } : {}),
    ...(cache ? { cache } : {}),
    ...(isCacheKnown(architecture) ? {} : { isCacheKnown: false }),
  };
}

/** Values of one architecture; some files give a value a layer where others give one for all. */
const keysOf = ({ metadata }: GgufFile, architecture: string): Keys => ({
  one: (key) => numberOf(metadata, `${architecture}.${key}`),
  each(key, layers) {
    const list = numbersOf(metadata, `${architecture}.${key}`);
    const one = numberOf(metadata, `${architecture}.${key}`);
    return list ?? (one === undefined ? undefined : new Array<number>(layers).fill(one));
  },
});

const widest = (values: readonly number[] | undefined): number | undefined =>
  values?.reduce((most, value) => Math.max(most, value), 0) || undefined;

/** Only the layouts known here rotate whole heads, so that the rotary width is the head's. */
const rotaryWidth = (file: GgufFile, keys: Keys): number | undefined =>
  architectureSchema.safeParse(textOf(file.metadata, 'general.architecture')).success
    ? keys.one('rope.dimension_count')
    : undefined;

function readExperts(keys: Keys, names: ReadonlyMap<string, GgufTensor>): Shape['experts'] {
  const count = keys.one('expert_count') ?? 0;
  const used = keys.one('expert_used_count') ?? 0;
  const [gate] = [...names.values()].filter(({ name }) => /\.ffn_(?:gate|up|gate_up)_exps\.weight$/.test(name));
  const ffn = keys.one('expert_feed_forward_length') ?? gate?.dims[1];
  return count > 0 && used > 0 && ffn ? { count, used: Math.min(used, count), ffn } : undefined;
}

function readArchitecture(file: GgufFile): string {
  const name = textOf(file.metadata, 'general.architecture');
  if (name === undefined) throw invalidModel(file.path, 'no general.architecture', 'the name of the architecture');
  return name;
}

function positive(file: GgufFile, key: string, value: number | undefined): number {
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
  if (type === 'longrope') return { type, factor };
  throw unsupportedModel(file.path, `rotary scaling "${type}"`, 'none, linear, yarn or a rope_freqs tensor');
}

/** A 32-bit 1e-6 reads as 9.999999974752427e-7; the nearest decimal of 7 digits is what was written. */
const roundedEpsilon = (value = 1e-5): number => Number(value.toPrecision(7));
