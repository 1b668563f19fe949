import { describe, expect, it } from 'vitest';
import { baseCandidate, candidateId, candidateSchema } from '../../../../src/core/candidate.js';
import { combinations } from '../../../../src/sweeps/space/combinations.js';

const jemalloc = { name: 'jemalloc' as const, path: '/l/libjemalloc.so.2' };
const glibc = { name: 'glibc' as const, path: null };

const apart = { threadPlacement: ['apart'] } as const;
const placed = { threads: 1, threadsBatch: 2, threadPlacement: 'apart' };

describe('combinations', () => {
  it('are the product of all levels, each a whole candidate', () => {
    const all = combinations('llama-cpp', 'q4_0', {
      threads: [1, 2, 4],
      allocator: [glibc, jemalloc],
      mmap: [true, false],
    });
    expect(all).toHaveLength(12);
    expect(new Set(all.map(candidateId)).size).toBe(12);
    for (const candidate of all) expect(candidateSchema.parse(candidate)).toEqual(candidate);
  });

  it('without levels are the base configuration', () =>
    expect(combinations('llama-cpp', 'q8_0', {})).toEqual([baseCandidate('llama-cpp', 'q8_0', 1)]));

  it('as many prefill threads as decode threads is the same as none of their own', () => {
    const all = combinations('llama-cpp', 'q4_0', { threads: [2, 4], threadsBatch: [4, null] });
    expect(all.map((c) => c.threadsBatch)).toEqual([4, null, null, null]);
    expect(new Set(all.map(candidateId)).size).toBe(3);
  });

  it('knobs that ONNX Runtime does not have keep their base value: it would refuse them', () => {
    const llamaOnly = {
      threads: [2],
      isa: ['avx2', 'avx512'],
      kvType: ['q8_0'],
      flashAttention: [true],
      mlock: [true],
      mmap: [true, false],
      threadsBatch: [4, 8],
    } as const;
    expect(combinations('onnx', 'int4', llamaOnly)).toEqual([baseCandidate('onnx', 'int4', 2)]);
    expect(combinations('llama-cpp', 'q4_0', llamaOnly)).toHaveLength(8);
  });

  it('spinning is a knob of ONNX Runtime alone', () => {
    const levels = { threads: [2], spinning: [true, false] };
    expect(combinations('onnx', 'int4', levels).map((c) => c.onnx!.spinning)).toEqual([true, false]);
    expect(combinations('llama-cpp', 'q4_0', levels)).toHaveLength(1);
  });

  it('one thread waits for nobody, however it polls', () => {
    const all = combinations('llama-cpp', 'q4_0', { threads: [1, 2], poll: [0, 50], priority: ['low'] });
    expect(all.map(({ threads, poll, priority }) => [threads, poll, priority])).toEqual([
      [1, undefined, 'low'],
      [1, undefined, 'low'],
      [2, 0, 'low'],
      [2, undefined, 'low'],
    ]);
    expect(combinations('onnx', 'int4', { poll: [0, 100] })).toHaveLength(1);
  });

  it('threads placed apart are a knob of llama.cpp alone, and of two threads or more', () => {
    const levels = { threads: [1, 2], threadPlacement: ['none', 'apart'] } as const;
    const all = combinations('llama-cpp', 'q4_0', levels);
    expect(all.map((c) => [c.threads, c.threadPlacement])).toEqual([
      [1, undefined],
      [1, undefined],
      [2, undefined],
      [2, 'apart'],
    ]);
    expect(candidateId(all[2]!)).toBe(candidateId(baseCandidate('llama-cpp', 'q4_0', 2)));
    expect(combinations('llama-cpp', 'q4_0', { threads: [1], threadsBatch: [2], ...apart })[0]).toMatchObject(placed);
    for (const other of ['onnx', 'fake'] as const)
      expect(combinations(other, 'int4', { threads: [2], ...apart })).toEqual([baseCandidate(other, 'int4', 2)]);
  });

  it('a knob whose every value was excluded leaves nothing', () =>
    expect(combinations('llama-cpp', 'q4_0', { threads: [1, 2], binding: [] })).toEqual([]));
});
