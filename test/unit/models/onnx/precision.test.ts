import { describe, expect, it } from 'vitest';
import { keepsFiner, storageOf } from '../../../../src/models/onnx/precision.js';

const bitsOf = (storage: ReturnType<typeof storageOf>) => (storage.kind === 'blocks' ? storage.bits : storage.kind);

describe('a 4-bit model', () => {
  it('keeps in 8 bits what a mixture has finer: the output matrix of a published Q4_0 or Q4_K_M', () => {
    for (const coarse of ['q4_0', 'q4_k', 'q3_k'] as const) {
      expect(keepsFiner([coarse, 'q6_k'])).toBe(true);
      expect(bitsOf(storageOf('int4', ['q6_k'], true))).toBe(8);
      expect(bitsOf(storageOf('int4', [coarse], true))).toBe(4);
    }
  });

  it('of a file that is finer as a whole has 4 bits, as its name says', () => {
    for (const whole of [['q8_0'], ['q6_k'], ['q5_k', 'q6_k'], ['f16'], ['f32', 'q8_0']] as const) {
      expect(keepsFiner(whole)).toBe(false);
      for (const level of ['int4', 'int4-b128'] as const)
        for (const type of whole) expect(bitsOf(storageOf(level, [type], false))).toBe(4);
    }
  });
});
