import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId, candidateSchema } from '../../../src/core/candidate.js';
import { AXIS_IDS, KNOB_IDS, KNOBS, knob, levelOf, SEARCHED_IDS } from '../../../src/core/knobs.js';
import { sampleMachine } from '../../helpers/sample-machine.js';

const base = baseCandidate('llama-cpp', 'q4_0', 4);
const onnx = baseCandidate('onnx', 'int4', 4);
const openvino = baseCandidate('openvino', 'int4', 4);
const kebab = (id: string): string => id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('the knob table', () => {
  it('has a row for every field of the candidate, and of the fields of engines', () => {
    const inside = [...Object.keys(onnx.onnx!), ...Object.keys(openvino.openvino!)];
    const outside = Object.keys(candidateSchema.shape).filter((name) => name !== 'onnx' && name !== 'openvino');
    expect([...KNOB_IDS].sort()).toEqual([...outside, ...inside].sort());
  });

  it('names a flag as its field, which is how flags come back from the command line', () => {
    for (const id of KNOB_IDS) expect(KNOBS[id].axis).toBe(kebab(id));
  });

  it.each(KNOB_IDS)('%s: writing what was read changes nothing', (id) => {
    const changed: Candidate = { ...base, threadPlacement: 'apart', poll: 0, priority: 'low', engineNuma: 'isolate' };
    for (const candidate of [base, onnx, openvino, changed]) {
      const value = knob(id).read(candidate);
      if (value !== null || id === 'threadsBatch')
        expect(candidateId(knob(id).write(candidate, value))).toBe(candidateId(candidate));
    }
  });

  it.each(AXIS_IDS)('%s: refuses what is no value of it, by the name of its flag', (id) => {
    const { axis, ask } = KNOBS[id];
    expect(() => ask.parse(['?'], axis, sampleMachine())).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`--${axis}`) }),
    );
  });
});

it("llama.cpp's own values, asked for, are those of a configuration that says nothing", () => {
  const written = KNOBS.priority.write(KNOBS.poll.write({ ...base, poll: 0, priority: 'low' }, 50), 'normal');
  expect(candidateId(written)).toBe(candidateId(base));
});

it('levels are what people type: names, on and off, and none where an engine has no such knob', () => {
  expect(Object.fromEntries(SEARCHED_IDS.map((id) => [id, levelOf(id, base)]))).toEqual({
    ...{ backend: 'llama-cpp', quant: 'q4_0', threads: 4, threadsBatch: 'as decode', binding: 'none' },
    ...{ allocator: 'glibc', isa: 'auto', kvType: 'f16', flashAttention: 'on', batch: 512, mmap: 'on' },
    ...{ mlock: 'off', hugePages: 'default', replicas: 1, sequences: 1, threadPlacement: 'none', spinning: 'none' },
    ...{ poll: 50, priority: 'normal', engineNuma: 'none' },
    ...{
      coreType: 'none',
      dynamicQuantization: 'none',
      hyperThreading: 'none',
      inferencePrecision: 'none',
      pinning: 'none',
    },
  });
  expect(levelOf('spinning', onnx)).toBe('on');
  expect(levelOf('threadsBatch', { ...base, threadsBatch: 8 })).toBe('8');
});
