import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import { axisValues, toDesignSpace } from '../../../../src/sweeps/search/design-space.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

const base = baseCandidate('llama-cpp', 'q4_0', 4);
const int4 = baseCandidate('onnx', 'int4', 4);
const candidates: Candidate[] = [base, { ...base, threads: 8 }, { ...base, threads: 8, mmap: false }, int4];
const models = [
  sampleModel({ bytesPerToken: 900, parameters: 1600 }),
  sampleModel({ format: 'onnx', quant: 'int4', bytesPerToken: 1000, parameters: 1600 }),
];
const space = toDesignSpace({ candidates, defaultCandidate: base, excluded: [] }, models, sampleMachine(), (c) =>
  c.backend === 'onnx' ? 1 : 3,
);

describe('toDesignSpace', () => {
  it('keeps the axes that vary, and bits a weight as what explains them', () =>
    expect(space.axes).toEqual([
      { name: 'backend', kind: 'nominal' },
      { name: 'quant', kind: 'nominal' },
      { name: 'threads', kind: 'numeric', scale: 'log2' },
      { name: 'kv-type', kind: 'nominal' },
      { name: 'flash-attention', kind: 'nominal' },
      { name: 'mmap', kind: 'nominal' },
      { name: 'spinning', kind: 'nominal' },
      { name: 'bits', kind: 'covariate', scale: 'ln' },
    ]));

  it('names every candidate by its id, with its level on each axis', () => {
    expect(space.points.map((p) => p.id)).toEqual(candidates.map(candidateId));
    expect(space.defaultId).toBe(candidateId(base));
    expect(space.points[2]!.levels).toEqual({
      ...{ backend: 'llama-cpp', quant: 'q4_0', threads: 8, 'kv-type': 'f16', 'flash-attention': 'on' },
      ...{ mmap: 'off', spinning: 'none', bits: 4.5 },
    });
    expect(space.points[3]!.levels).toMatchObject({ backend: 'onnx', spinning: 'on', bits: 5 });
    expect(space.points.map((p) => p.qualityTier)).toEqual([3, 3, 3, 1]);
  });

  it('of one quantization has no bits to explain', () => {
    const one = toDesignSpace(
      { candidates: candidates.slice(0, 2), defaultCandidate: base, excluded: [] },
      models,
      sampleMachine(),
      () => 0,
    );
    expect(one.axes).toEqual([{ name: 'threads', kind: 'numeric', scale: 'log2' }]);
  });
});

it('axisValues lists what occurs on each axis, in order of appearance', () =>
  expect(axisValues(candidates)).toMatchObject({
    backend: ['llama-cpp', 'onnx'],
    threads: ['4', '8'],
    'threads-batch': ['as decode'],
    binding: ['none'],
    mmap: ['on', 'off'],
    spinning: ['none', 'on'],
  }));
