import type { RopeScaling, Shape } from '../../core/model.js';
import type { TensorData } from '../../formats/gguf/tensor-data.js';
import { unsupportedModel } from '../../formats/invalid.js';

/** Radians a position of each rotary pair, base^(−2i/width) over what the scaling says, and what cos and sin are multiplied by. */
export type Rotary = { frequencies: number[]; magnitude: number };

export function rotaryOf(shape: Shape, data: TensorData): Rotary {
  const { headDim, ropeBase, ropeScaling } = shape;
  const divisors = scalingDivisors(shape, data);
  const frequencies = Array.from({ length: headDim / 2 }, (_, i) => ropeBase ** ((-2 * i) / headDim) / divisors(i));
  const magnitude = ropeScaling?.type === 'yarn' ? 1 + 0.1 * Math.log(ropeScaling.factor) : 1;
  return { frequencies, magnitude };
}

function scalingDivisors(shape: Shape, data: TensorData): (pair: number) => number {
  const { ropeScaling } = shape;
  switch (ropeScaling?.type) {
    case undefined:
      return () => 1;
    case 'linear':
      return () => ropeScaling.factor;
    case 'factors':
    case 'llama3': {
      const factors = data.floats(data.get('rope_freqs.weight'));
      return (pair) => factors[pair]!;
    }
    case 'yarn':
      return yarnDivisors(shape, ropeScaling);
    case 'longrope':
      throw unsupportedModel(data.file.path, 'LongRoPE rotary scaling', 'none, linear, yarn or a rope_freqs tensor');
  }
}

/** Rotations within the original context above which a pair is kept, and below which it is stretched (YaRN's β for Llama). */
const FAST = 32;
const SLOW = 1;

/**
 * YaRN (Peng et al. 2023, arXiv 2309.00071, section 3.2): fast pairs keep their frequency, slow ones are divided by the
 * factor, between the two there is a ramp. The magnitude, 1 + 0.1 ln(factor), is equation 22.
 */
function yarnDivisors(
  { headDim, ropeBase, contextLength }: Shape,
  { factor, originalContextLength }: Extract<RopeScaling, { type: 'yarn' }>,
): (pair: number) => number {
  const original = originalContextLength ?? contextLength;
  const pairOf = (rotations: number): number =>
    (headDim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(ropeBase));
  const low = Math.max(0, Math.floor(pairOf(FAST)));
  const high = Math.min(headDim - 1, Math.ceil(pairOf(SLOW)));
  return (pair) => {
    const stretched = Math.min(1, Math.max(0, (pair - low) / Math.max(0.001, high - low)));
    return 1 / (stretched / factor + 1 - stretched);
  };
}
