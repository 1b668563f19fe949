import { describe, expect, it } from 'vitest';
import {
  BACKEND_IDS,
  defaultBackends,
  firstBackendOf,
  modelArms,
  modelFor,
  REAL_BACKENDS,
} from '../../../src/core/backends.js';
import type { ModelFile } from '../../../src/core/model.js';

const file = (format: ModelFile['format'], quant: string): ModelFile =>
  ({ path: `${quant}.${format}`, format, quant }) as ModelFile;
const gguf = file('gguf', 'q4_0');
const onnx = file('onnx', 'int4');

describe('backends', () => {
  it('that are real are all but the fake, and the fake is never a default', () => {
    expect(REAL_BACKENDS).toEqual(BACKEND_IDS.filter((id) => id !== 'fake'));
    for (const use of ['sweep', 'claims'] as const) expect(defaultBackends(use)).not.toContain('fake');
  });
});

describe('files of engines', () => {
  it('are found by level and by the format that the engine runs', () => {
    expect(modelFor([gguf, onnx], { backend: 'onnx', quant: 'int4' })).toBe(onnx);
    expect(modelFor([gguf, onnx], { backend: 'llama-cpp', quant: 'int4' })).toBeUndefined();
  });

  it('belong to each engine that a configuration runs them on', () => {
    const candidates = [
      { backend: 'fake', quant: 'q4_0' },
      { backend: 'llama-cpp', quant: 'q4_0' },
      { backend: 'llama-cpp', quant: 'q4_0' },
    ] as const;
    expect(modelArms([gguf, onnx], candidates)).toEqual([
      { backend: 'llama-cpp', model: gguf },
      { backend: 'fake', model: gguf },
      { backend: 'onnx', model: onnx },
    ]);
    expect(firstBackendOf(onnx)).toBe('onnx');
  });
});
