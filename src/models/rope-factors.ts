import type { RopeScaling, Shape } from '../core/model.js';
import { rotatedDim } from './tensors.js';

type Llama3 = Extract<RopeScaling, { type: 'llama3' }>;

/** Divisors of the rotary frequencies, one a pair: the rule of Llama 3.1; all ones for other scalings. */
export function ropeFactors(shape: Shape): number[] {
  const { ropeBase, ropeScaling } = shape;
  const dim = rotatedDim(shape);
  return Array.from({ length: dim / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * ropeBase ** ((2 * pair) / dim);
    return ropeScaling?.type === 'llama3' ? llama3Factor(wavelength, ropeScaling) : 1;
  });
}

/** Long waves are divided by the factor, short ones kept, those between blended. */
function llama3Factor(wavelength: number, scaling: Llama3): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  if (wavelength < originalContextLength / highFrequencyFactor) return 1;
  if (wavelength > originalContextLength / lowFrequencyFactor) return factor;
  const ramp = (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return 1 / ((1 - ramp) / factor + ramp);
}
