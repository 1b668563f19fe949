import type { Shape } from '../core/model.js';
import { blockTensors } from './blocks.js';
import { matrix, norm, type TensorSpec } from './tensor-spec.js';

/** Every tensor of a decoder under its GGUF name, in the order llama.cpp writes them. */
export function decoderTensors(shape: Shape): TensorSpec[] {
  const { hidden, vocab, layers } = shape;
  const specs = [matrix('token_embd', hidden, vocab), norm('output_norm', hidden)];
  if (!shape.tied) specs.push(matrix('output', hidden, vocab));
  for (const name of ropeFactorNames(shape))
    specs.push({ name: `${name}.weight`, dims: [rotatedDim(shape) / 2], kind: 'rope-factors' });
  for (let layer = 0; layer < layers; layer++)
    for (const spec of blockTensors(shape, `blk.${layer}.`)) specs.push(spec);
  return specs;
}

export const rotatedDim = ({ rotaryDim, headDim }: Shape): number => rotaryDim ?? headDim;

function ropeFactorNames({ ropeScaling }: Shape): string[] {
  switch (ropeScaling?.type) {
    case 'llama3':
    case 'factors':
      return ['rope_freqs'];
    case 'longrope':
      return ['rope_factors_long', 'rope_factors_short'];
    default:
      return [];
  }
}
