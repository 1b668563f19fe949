import type { Shape } from '../../core/model.js';
import { table } from '../../core/table.js';

/**
 * Of how many layers the last is without a sliding window, by llama.cpp's `set_swa_pattern` (src/llama-model.cpp); a file
 * may say it itself. Windows of other architectures are not known here: their layers count as reading everything.
 */
const SLIDING_PATTERN: Readonly<Record<string, number>> = table({
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  'gpt-oss': 2,
  cohere2: 4,
  exaone4: 4,
});

type Keys = { one(key: string): number | undefined; each(key: string, layers: number): number[] | undefined };
type Attention = Keys & { architecture: string; layers: number; kvHeadsOf: readonly number[]; headDim: number };

/** What the layers of a model keep of each token; undefined when all keep whole keys and values and read them all. */
export function cacheLayers(attention: Attention): Shape['cache'] {
  const { architecture, layers, kvHeadsOf, headDim, one, each } = attention;
  const keyLength = one('attention.key_length') ?? headDim;
  const valueLength = one('attention.value_length') ?? headDim;
  const latent = latentWidth(one);
  const shared = one('attention.shared_kv_layers') ?? 0;
  const window = one('attention.sliding_window');
  const pattern = one('attention.sliding_window_pattern') ?? SLIDING_PATTERN[architecture];
  const slides = each('attention.sliding_window_pattern', layers);
  const isSliding = (layer: number): boolean =>
    slides && slides.length > 1 && pattern === undefined ? Boolean(slides[layer]) : (layer + 1) % (pattern ?? 1) !== 0;
  const groups = new Map<string, { layers: number; width: number; window: number | null }>();
  for (let layer = 0; layer < layers - shared; layer++) {
    const width = latent ?? (kvHeadsOf[layer] ?? kvHeadsOf[0] ?? 0) * (keyLength + valueLength);
    const seen = window && pattern !== 1 && isSliding(layer) ? window : null;
    const group = groups.get(`${width} ${seen}`) ?? { layers: 0, width, window: seen };
    if (width > 0) groups.set(`${width} ${seen}`, { ...group, layers: group.layers + 1 });
  }
  const all = [...groups.values()];
  const [first] = all;
  const usual = { layers, width: 2 * (kvHeadsOf[0] ?? 0) * headDim, window: null };
  return all.length === 1 && JSON.stringify(first) === JSON.stringify(usual) ? undefined : all;
}

/** Multi-head latent attention keeps one compressed row and the rotary part of the keys (llama.cpp's MLA layout). */
function latentWidth(one: Keys['one']): number | undefined {
  const rank = one('attention.kv_lora_rank');
  if (rank === undefined || one('attention.key_length_mla') === undefined) return undefined;
  return rank + (one('rope.dimension_count') ?? 0);
}
