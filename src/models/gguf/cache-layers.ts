import type { Shape } from '../../core/model.js';
import { table } from '../../core/table.js';

type Keys = { one(key: string): number | undefined; each(key: string, layers: number): number[] | undefined };
type Attention = Keys & { architecture: string; layers: number; kvHeadsOf: readonly number[]; headDim: number };

type Period = {
  /** One layer of so many sees everything, the others a window. */
  period: number;
  /** The first of a period is that layer; else the last. */
  isFirst?: true;
};

/**
 * Layers with a sliding window where the file does not list them: `load_swa_pattern` in llama.cpp's src/models. Other
 * architectures have none there, whatever their file says of a window.
 */
const WINDOWS = table<Record<string, Period>>({
  afmoe: { period: 4 },
  cohere2: { period: 4 },
  cohere2moe: { period: 4, isFirst: true },
  exaone4: { period: 4 },
  'exaone-moe': { period: 4 },
  gemma2: { period: 2 },
  gemma3: { period: 6 },
  gemma3n: { period: 5 },
  'gpt-oss': { period: 2 },
  laguna: { period: 4, isFirst: true },
  llama4: { period: 4 },
  mellum: { period: 4 },
  'muse-glimmer': { period: 4 },
  olmo2: { period: 4 },
  plamo3: { period: 8 },
  smallthinker: { period: 4, isFirst: true },
});

/** Of so many layers the last attends, where the file does not say; the others keep a state that does not grow. */
const RECURRENT = table<Record<string, number>>({ qwen3next: 4, qwen35: 4, qwen35moe: 4 });

/** Caches of parts that are made otherwise than those below. */
const UNKNOWN: ReadonlySet<string> = new Set(['deepseek4', 'dots3note', 'kimi-k3', 'minimax-01', 'qwen4exp']);

/** Whether it is known here what the layers of an architecture keep of each token. */
export const isCacheKnown = (architecture: string): boolean => !UNKNOWN.has(architecture);

/** What the layers of a model keep of each token; undefined when all keep whole keys and values and read them all. */
export function cacheLayers(attention: Attention): Shape['cache'] {
  const { layers, kvHeadsOf, headDim, one } = attention;
  const keeping = layers - (one('attention.shared_kv_layers') ?? 0);
  const window = one('attention.sliding_window');
  const isSliding = slidingLayers(attention);
  const groups = new Map<string, NonNullable<Shape['cache']>[number]>();
  for (let layer = 0; layer < keeping; layer++) {
    const width = widthOf(attention, layer);
    const seen = window && isSliding(layer) ? window : null;
    const group = groups.get(`${width} ${seen}`) ?? { layers: 0, width, window: seen };
    if (width > 0) groups.set(`${width} ${seen}`, { ...group, layers: group.layers + 1 });
  }
  const all = [...groups.values()];
  for (let layer = keeping; layer < layers; layer++) {
    const shared = all.findLast((group) => (group.window !== null) === Boolean(window && isSliding(layer)));
    if (shared) shared.readers = (shared.readers ?? shared.layers) + 1;
  }
  const usual = { layers, width: 2 * (kvHeadsOf[0] ?? 0) * headDim, window: null };
  return all.length === 1 && JSON.stringify(all[0]) === JSON.stringify(usual) ? undefined : all;
}

function slidingLayers({ architecture, layers, one, each }: Attention): (layer: number) => boolean {
  const key = 'attention.sliding_window_pattern';
  const stated = one(key);
  const listed = stated === undefined ? each(key, layers) : undefined;
  if (listed) return (layer) => Boolean(listed[layer]);
  const known = WINDOWS[architecture];
  if (!known) return () => false;
  const period = stated ?? known.period;
  if (period === 0) return () => true;
  return (layer) => layer % period !== (known.isFirst ? 0 : period - 1);
}

/** Elements that a token adds to the cache of a layer, keys and values together. */
function widthOf({ architecture, layers, kvHeadsOf, headDim, one, each }: Attention, layer: number): number {
  const interval = one('full_attention_interval') ?? RECURRENT[architecture];
  const isRecurrent = each('attention.recurrent_layers', layers)?.[layer] ?? (interval && (layer + 1) % interval !== 0);
  if (isRecurrent) return 0;
  const keyLength = one('attention.key_length') ?? headDim;
  const valueLength = one('attention.value_length') ?? headDim;
  return latentWidth(one) ?? (kvHeadsOf[layer] ?? kvHeadsOf[0] ?? 0) * (keyLength + valueLength);
}

/** Multi-head latent attention keeps one compressed row and the rotary part of the keys (llama.cpp's MLA layout). */
function latentWidth(one: Keys['one']): number | undefined {
  const rank = one('attention.kv_lora_rank');
  if (rank === undefined || one('attention.key_length_mla') === undefined) return undefined;
  return rank + (one('rope.dimension_count') ?? 0);
}
