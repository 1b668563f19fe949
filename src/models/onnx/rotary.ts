import type { Shape } from '../../core/model.js';
import type { TensorData } from '../../formats/gguf/tensor-data.js';
import { unsupportedModel } from '../../formats/invalid.js';

/** Radians a position of each rotary pair: base^(−2i/width), divided by what the file's scaling says. */
export function rotaryFrequencies(shape: Shape, data: TensorData): number[] {
  const { headDim, ropeBase } = shape;
  const divisors = scalingDivisors(shape, data);
  return Array.from({ length: headDim / 2 }, (_, i) => ropeBase ** ((-2 * i) / headDim) / divisors(i));
}

function scalingDivisors({ ropeScaling }: Shape, data: TensorData): (pair: number) => number {
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
      throw unsupportedModel(data.file.path, 'YaRN rotary scaling', 'none, linear or a rope_freqs tensor');
  }
}
