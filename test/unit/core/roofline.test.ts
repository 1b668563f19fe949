import { describe, expect, it } from 'vitest';
import { GEOMETRIES } from '../../../src/core/geometry.js';
import {
  decodeRoofline,
  isRooflineQuant,
  rooflineShare,
  weightBytesPerToken,
  weightsOfModel,
  weightsPerToken,
} from '../../../src/core/roofline.js';
import { ONNX_LEVELS } from '../../../src/models/onnx/levels.js';
import { LLAMA_LEVELS } from '../../../src/models/quantize/levels.js';

const SMALL = GEOMETRIES['deepseek-r1-distill-qwen-1.5b'];

describe('roofline', () => {
  it('counts the weights that a token reads: 1.78 billion of the 1.5B model less 0.23 billion of its embedding', () => {
    expect(weightsPerToken(SMALL) / 1e9).toBeCloseTo(1.543, 2);
    expect(weightsPerToken(GEOMETRIES['deepseek-r1-distill-qwen-32b']) / 1e9).toBeCloseTo(31.98, 1);
  });

  it('counts every expert in the model, and those used in a token', () => {
    const mixture = GEOMETRIES['qwen3-30b-a3b'];
    expect(weightsOfModel(mixture) / 1e9).toBeCloseTo(30.5, 1);
    expect((weightsPerToken(mixture) + mixture.vocab * mixture.hidden) / 1e9).toBeCloseTo(3.35, 1);
    expect(weightsOfModel(SMALL) - weightsPerToken(SMALL)).toBe(SMALL.vocab * SMALL.hidden);
  });

  it.each([...LLAMA_LEVELS, ...ONNX_LEVELS])('knows the size of %s, which can be asked for', (level) => {
    expect(isRooflineQuant(level)).toBe(true);
  });

  it('gives the tokens a second that a bandwidth allows', () => {
    const [row] = decodeRoofline(30e9, SMALL, ['q4_0']);
    expect(row!.bytesPerToken).toBeCloseTo((weightsPerToken(SMALL) * 18) / 32, 0);
    expect(row!.tokensPerSecond).toBeCloseTo(30e9 / row!.bytesPerToken, 9);
    expect(row!.tokensPerSecond).toBeGreaterThan(34);
    expect(row!.tokensPerSecond).toBeLessThan(35);
  });

  it('slows down with the context by the bytes of its cache', () => {
    const [empty] = decodeRoofline(30e9, SMALL, ['q4_0']);
    const [full] = decodeRoofline(30e9, SMALL, ['q4_0'], 32768);
    expect(full!.bytesPerToken - empty!.bytesPerToken).toBe(32768 * 28672);
  });

  it('orders levels by size and says what share was used', () => {
    expect(weightBytesPerToken(SMALL, 'q8_0')).toBeGreaterThan(weightBytesPerToken(SMALL, 'q4_k_m'));
    expect(weightBytesPerToken(SMALL, 'q3_k_l')).toBeGreaterThan(weightBytesPerToken(SMALL, 'q3_k_s'));
    expect(rooflineShare(20, 1e9, 40e9)).toBe(0.5);
  });
});
