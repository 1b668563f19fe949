import { describe, expect, it } from 'vitest';
import {
  baseCandidate,
  type Candidate,
  candidateId,
  candidateLabel,
  candidateSchema,
  knobDifferences,
} from '../../../src/core/candidate.js';

const base = baseCandidate('llama-cpp', 'q4_0', 4);
const bound: Candidate = {
  ...base,
  binding: { name: 'one-per-core', tool: 'taskset', cpus: '0-3', memory: null },
  allocator: { name: 'jemalloc', path: '/usr/lib/libjemalloc.so.2' },
};

describe('baseCandidate', () => {
  it.each(['llama-cpp', 'onnx', 'fake'] as const)('of %s is complete', (backend) =>
    expect(candidateSchema.parse(baseCandidate(backend, 'q4_0', 2))).toEqual(baseCandidate(backend, 'q4_0', 2)),
  );

  it('has knobs of ONNX Runtime for ONNX alone', () => {
    expect(baseCandidate('onnx', 'int4', 2).onnx?.spinning).toBe(true);
    expect(base.onnx).toBeNull();
  });
});

describe('candidateId', () => {
  it('does not depend on the order of keys, and does on every knob', () => {
    const turned = Object.fromEntries(Object.entries(bound).reverse()) as Candidate;
    expect(candidateId(turned)).toBe(candidateId(bound));
    const changed: Candidate[] = [
      { ...bound, threads: 3 },
      { ...bound, threadsBatch: 4 },
      { ...bound, quant: 'q8_0' },
      { ...bound, allocator: { ...bound.allocator, path: '/other.so' } },
      { ...bound, binding: { ...bound.binding, cpus: '4-7' } },
      { ...bound, mmap: false },
      { ...bound, hugePages: 'never' },
      { ...bound, sequences: 2 },
      { ...bound, threadPlacement: 'apart' },
    ];
    expect(new Set([bound, ...changed].map(candidateId)).size).toBe(changed.length + 1);
  });

  it('stays what it was: stored runs are read by it', () => expect(candidateId(base)).toBe('0b1bd7c5d02c'));
});

describe('texts', () => {
  it('names only what is not at its base value', () => {
    expect(candidateLabel(base)).toBe('llama-cpp q4_0, 4 threads');
    expect(candidateLabel({ ...base, threads: 1 })).toBe('llama-cpp q4_0, 1 thread');
    expect(candidateLabel({ ...base, threads: 1, threadsBatch: 2 })).toBe('llama-cpp q4_0, 1/2 threads');
    expect(candidateLabel({ ...bound, flashAttention: false, mlock: true })).toBe(
      'llama-cpp q4_0, 4 threads, binding=one-per-core, allocator=jemalloc, flashAttention=false, mlock=true',
    );
  });

  it('lists the knobs in which two differ, by names that people know', () => {
    expect(knobDifferences(base, base)).toEqual([]);
    expect(knobDifferences({ ...bound, threadsBatch: 8 }, base)).toEqual([
      'threadsBatch=8',
      'binding=one-per-core',
      'allocator=jemalloc',
    ]);
    expect(knobDifferences(base, { ...base, threadsBatch: 8 })).toEqual(['threadsBatch=as decode']);
    expect(knobDifferences({ ...base, threadPlacement: 'apart' }, base)).toEqual(['threadPlacement=apart']);
    expect(knobDifferences(base, { ...base, threadPlacement: 'apart' })).toEqual(['threadPlacement=none']);
    expect(knobDifferences(base, baseCandidate('onnx', 'q4_0', 4))).toContain('onnx=none');
  });
});
