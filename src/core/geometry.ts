import type { CacheLayers, Geometry, Shape } from './geometry-schema.js';

type QwenSizes = Pick<Shape, 'hidden' | 'layers' | 'heads' | 'kvHeads' | 'ffn'> & Partial<Shape>;

const qwen = (id: string, sizes: QwenSizes): Geometry => ({
  id,
  architecture: 'qwen2',
  headDim: 128,
  vocab: 152064,
  tied: false,
  ropeBase: 1e6,
  ropeScaling: null,
  rmsEps: 1e-6,
  contextLength: 131072,
  qkvBias: true,
  ...sizes,
});

const qwen3 = (id: string, sizes: Omit<QwenSizes, 'kvHeads'> & { kvHeads?: number }): Geometry => ({
  ...qwen(id, { kvHeads: 8, ...sizes }),
  architecture: 'qwen3',
  vocab: 151936,
  contextLength: sizes.contextLength ?? 40960,
  qkvBias: false,
  qkNorm: true,
});

const LLAMA_31: Geometry = {
  id: 'llama-3.1-8b',
  architecture: 'llama',
  hidden: 4096,
  layers: 32,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  ffn: 14336,
  vocab: 128256,
  tied: false,
  ropeBase: 500000,
  ropeScaling: {
    type: 'llama3',
    factor: 8,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContextLength: 8192,
  },
  rmsEps: 1e-5,
  contextLength: 131072,
  qkvBias: false,
};

/**
 * Values of the published config.json files. `tiny` and `small` are ours: rows of multiples of 256, so that K-quants apply;
 * `small` outgrows the caches at every quantization (80 million weights a token), so that it behaves like its big sisters.
 */
const TABLE = {
  tiny: qwen('tiny', {
    hidden: 256,
    layers: 4,
    heads: 4,
    kvHeads: 2,
    headDim: 64,
    ffn: 768,
    vocab: 1024,
    ropeBase: 10000,
    contextLength: 4096,
  }),
  small: qwen('small', {
    hidden: 768,
    layers: 8,
    heads: 12,
    kvHeads: 2,
    headDim: 64,
    ffn: 3072,
    vocab: 16384,
    ropeBase: 10000,
    contextLength: 4096,
  }),
  'qwen2-0.5b': qwen('qwen2-0.5b', {
    hidden: 896,
    layers: 24,
    heads: 14,
    kvHeads: 2,
    headDim: 64,
    ffn: 4864,
    vocab: 151936,
    tied: true,
  }),
  'deepseek-r1-distill-qwen-1.5b': qwen('deepseek-r1-distill-qwen-1.5b', {
    hidden: 1536,
    layers: 28,
    heads: 12,
    kvHeads: 2,
    ffn: 8960,
    vocab: 151936,
    ropeBase: 10000,
  }),
  'deepseek-r1-distill-qwen-7b': qwen('deepseek-r1-distill-qwen-7b', {
    hidden: 3584,
    layers: 28,
    heads: 28,
    kvHeads: 4,
    ffn: 18944,
    ropeBase: 10000,
  }),
  'deepseek-r1-distill-qwen-14b': qwen('deepseek-r1-distill-qwen-14b', {
    hidden: 5120,
    layers: 48,
    heads: 40,
    kvHeads: 8,
    ffn: 13824,
    rmsEps: 1e-5,
  }),
  'deepseek-r1-distill-qwen-32b': qwen('deepseek-r1-distill-qwen-32b', {
    hidden: 5120,
    layers: 64,
    heads: 40,
    kvHeads: 8,
    ffn: 27648,
    rmsEps: 1e-5,
  }),
  'deepseek-r1-distill-llama-8b': { ...LLAMA_31, id: 'deepseek-r1-distill-llama-8b' },
  'deepseek-r1-distill-llama-70b': {
    ...LLAMA_31,
    id: 'deepseek-r1-distill-llama-70b',
    hidden: 8192,
    layers: 80,
    heads: 64,
    ffn: 28672,
  },
  'deepseek-r1-0528-qwen3-8b': qwen3('deepseek-r1-0528-qwen3-8b', {
    hidden: 4096,
    layers: 36,
    heads: 32,
    ffn: 12288,
    ropeScaling: { type: 'yarn', factor: 4, originalContextLength: 32768 },
    contextLength: 131072,
  }),
  'qwen3-0.6b': qwen3('qwen3-0.6b', { hidden: 1024, layers: 28, heads: 16, ffn: 3072, tied: true }),
  'qwen3-1.7b': qwen3('qwen3-1.7b', { hidden: 2048, layers: 28, heads: 16, ffn: 6144, tied: true }),
  'qwen3-4b': qwen3('qwen3-4b', { hidden: 2560, layers: 36, heads: 32, ffn: 9728, tied: true }),
  'qwen3-8b': qwen3('qwen3-8b', { hidden: 4096, layers: 36, heads: 32, ffn: 12288 }),
  'qwen3-14b': qwen3('qwen3-14b', { hidden: 5120, layers: 40, heads: 40, ffn: 17408 }),
  'qwen3-32b': qwen3('qwen3-32b', { hidden: 5120, layers: 64, heads: 64, ffn: 25600 }),
  'qwen3-30b-a3b': {
    ...qwen3('qwen3-30b-a3b', { hidden: 2048, layers: 48, heads: 32, kvHeads: 4, ffn: 6144 }),
    architecture: 'qwen3moe',
    experts: { count: 128, used: 8, ffn: 768 },
  },
  'smollm3-3b': {
    ...LLAMA_31,
    id: 'smollm3-3b',
    architecture: 'smollm3',
    hidden: 2048,
    layers: 36,
    heads: 16,
    kvHeads: 4,
    ffn: 11008,
    tied: true,
    ropeBase: 5e6,
    ropeScaling: null,
    rmsEps: 1e-6,
    contextLength: 65536,
  },
  'gpt-oss-20b': {
    ...LLAMA_31,
    id: 'gpt-oss-20b',
    architecture: 'gpt-oss',
    hidden: 2880,
    layers: 24,
    heads: 64,
    headDim: 64,
    ffn: 2880,
    vocab: 201088,
    ropeBase: 150000,
    ropeScaling: { type: 'yarn', factor: 32, originalContextLength: 4096 },
    qkvBias: true,
    experts: { count: 32, used: 4, ffn: 2880 },
    cache: [
      { layers: 12, width: 1024, window: 128 },
      { layers: 12, width: 1024, window: null },
    ],
  },
  'phi-4-mini-reasoning': {
    ...LLAMA_31,
    id: 'phi-4-mini-reasoning',
    architecture: 'phi3',
    hidden: 3072,
    heads: 24,
    ffn: 8192,
    vocab: 200064,
    tied: true,
    ropeBase: 10000,
    ropeScaling: { type: 'longrope', factor: 32 },
    rotaryDim: 96,
  },
} satisfies Record<string, Geometry>;

export type GeometryId = keyof typeof TABLE;
export const GEOMETRIES: Readonly<Record<GeometryId, Geometry>> = TABLE;
export const GEOMETRY_IDS = Object.keys(TABLE) as GeometryId[];
export const isGeometryId = (id: string): id is GeometryId => Object.hasOwn(TABLE, id);

/** Fields that fix which weights fit: a profile tuned on one file holds for another when none of them differs. */
const IDENTITY = [
  'architecture',
  'hidden',
  'layers',
  'heads',
  'kvHeads',
  'headDim',
  'ffn',
  'vocab',
  'tied',
  'qkvBias',
] as const satisfies (keyof Shape)[];

/** What differs between two shapes in words, for example `layers 28, not 32`; empty when weights of one fit the other. */
export function shapeDifferences(actual: Shape, expected: Shape): string[] {
  const fields = IDENTITY.filter((field) => actual[field] !== expected[field]).map(
    (field) => `${field} ${actual[field]}, not ${expected[field]}`,
  );
  const experts = (shape: Shape): string =>
    shape.experts ? `${shape.experts.used} of ${shape.experts.count} experts of ${shape.experts.ffn}` : 'no experts';
  return experts(actual) === experts(expected) ? fields : [...fields, `${experts(actual)}, not ${experts(expected)}`];
}

/** The known geometry that a shape read from a file is, or null. The rotary base, and then its scaling, tell families of equal sizes apart. */
export function matchGeometry(shape: Shape): Geometry | null {
  const alike = Object.values(GEOMETRIES).filter(
    (known) => known.ropeBase === shape.ropeBase && shapeDifferences(shape, known).length === 0,
  );
  return alike.find(({ ropeScaling }) => ropeScaling?.type === shape.ropeScaling?.type) ?? alike[0] ?? null;
}

const cacheOf = ({ cache, layers, kvHeads, headDim }: Shape): readonly CacheLayers[] =>
  cache ?? [{ layers, width: 2 * kvHeads * headDim, window: null }];

/** KV cache that each token adds, in bytes, for elements of `bytesPerElement` (f16: 2); within sliding windows. */
export const kvBytesPerToken = (shape: Shape, bytesPerElement = 2): number =>
  cacheOf(shape).reduce((sum, { layers, width }) => sum + layers * width * bytesPerElement, 0);

/** KV cache that is read for a token after `context` others, bytes: layers with a sliding window read no more than that. */
export const kvBytesRead = (shape: Shape, context: number, bytesPerElement = 2): number =>
  cacheOf(shape).reduce(
    (sum, { layers, readers, width, window }) =>
      sum + (readers ?? layers) * width * bytesPerElement * Math.min(context, window ?? context),
    0,
  );
