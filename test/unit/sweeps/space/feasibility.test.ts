import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../../../src/core/candidate.js';
import type { Machine } from '../../../../src/core/machine.js';
import { type FeasibilityLimits, neededBytes, whyInfeasible } from '../../../../src/sweeps/space/feasibility.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

/** 8 cores, 16 logical CPUs, 26 GiB to use. */
const MACHINE = sampleMachine();
const MIB = 1024 ** 2;
const base = baseCandidate('llama-cpp', 'q4_0', 8);
const LIMITS: FeasibilityLimits = { contextTokens: 4096, maxRssBytes: null };

const why = (changes: Partial<Candidate>, limits: Partial<FeasibilityLimits> = {}, machine: Machine = MACHINE) =>
  whyInfeasible({ ...base, ...changes }, sampleModel(), machine, { ...LIMITS, ...limits });

const withCeiling = (threadCeiling: number): Machine => ({
  ...MACHINE,
  limits: { ...MACHINE.limits, threadCeiling },
});
const withMemory = (bytes: number | null): Machine => ({
  ...MACHINE,
  memory: { ...MACHINE.memory, usableBytes: { ...MACHINE.memory.usableBytes, value: bytes } },
});
const taskset = (cpus: string): Candidate['binding'] => ({
  name: `taskset:${cpus}`,
  tool: 'taskset',
  cpus,
  memory: null,
});

describe('threads', () => {
  it('may be as many as can run at once', () => {
    expect(why({ threads: 16 })).toBeNull();
    expect(why({ threads: 2 }, {}, withCeiling(2))).toBeNull();
  });

  it('may not be more, for decode, for prefill, or over all replicas', () => {
    expect(why({ threads: 3 }, {}, withCeiling(2))).toEqual({
      axis: 'threads',
      value: '3',
      reason: 'no more than 2 threads can run at once here',
    });
    expect(why({ threads: 1, threadsBatch: 17 })).toMatchObject({ axis: 'threads', value: '17' });
    expect(why({ threads: 6, replicas: 3 })).toMatchObject({ axis: 'threads', value: '3 × 6' });
    expect(why({ threads: 8, replicas: 2 })).toBeNull();
  });
});

describe('threads placed apart', () => {
  const apart = { threads: 4, threadPlacement: 'apart' } as const;

  it('need CPUs of their own for each of several replicas', () => {
    expect(why(apart)).toBeNull();
    expect(why({ ...apart, replicas: 2 })).toEqual({
      axis: 'thread-placement',
      value: 'apart',
      reason: 'replicas without CPUs of their own would all take the same first one',
    });
    expect(why({ ...apart, replicas: 2, binding: { ...taskset('0-7'), perReplica: ['0-3', '4-7'] } })).toBeNull();
  });
});

describe("llama.cpp's NUMA strategies", () => {
  const distribute = { threads: 4, engineNuma: 'distribute' } as const;

  it('go with no binding and no placement, which they would undo', () => {
    expect(why(distribute)).toBeNull();
    expect(why({ ...distribute, binding: taskset('0-7') })).toEqual({
      axis: 'engine-numa',
      value: 'distribute',
      reason: 'llama.cpp would undo binding taskset:0-7',
    });
    expect(why({ ...distribute, threadPlacement: 'apart' })).toMatchObject({ axis: 'engine-numa' });
    expect(why({ ...distribute, engineNuma: 'numactl', binding: taskset('0-7') })).toBeNull();
  });
});

describe('bindings', () => {
  it('hold at least as many CPUs as there are threads', () => {
    expect(why({ binding: taskset('0-7') })).toBeNull();
    expect(why({ binding: taskset('0-3') })).toEqual({
      axis: 'binding',
      value: 'taskset:0-3',
      reason: '8 threads on 4 CPUs',
    });
    expect(why({ threads: 4, threadsBatch: 8, binding: taskset('0-3') })).toMatchObject({ axis: 'binding' });
  });

  it('are shared by all replicas: each worker starts under the same one', () => {
    expect(why({ threads: 4, replicas: 2, binding: taskset('0-7') })).toBeNull();
    expect(why({ threads: 4, replicas: 2, binding: taskset('0-3') })).toEqual({
      axis: 'binding',
      value: 'taskset:0-3',
      reason: '2 × 4 threads on 4 CPUs',
    });
  });
});

it('a quantized value cache needs flash attention', () => {
  expect(why({ kvType: 'q8_0', flashAttention: true })).toBeNull();
  expect(why({ kvType: 'f16', flashAttention: false })).toBeNull();
  for (const kvType of ['q8_0', 'q4_0'] as const)
    expect(why({ kvType, flashAttention: false })).toMatchObject({ axis: 'kv-type', value: kvType });
});

describe('memory', () => {
  it('is weights, cache and process, for each replica', () => {
    // 1 GB of weights + 4096 tokens × 28,672 bytes + 320 MiB.
    const one = 1e9 + 4096 * 28_672 + 320 * MIB;
    expect(neededBytes(base, sampleModel(), 4096)).toBe(one);
    expect(neededBytes({ ...base, replicas: 3 }, sampleModel(), 4096)).toBe(3 * one);
    expect(neededBytes({ ...base, sequences: 4 }, sampleModel(), 4096) - one).toBe(3 * 4096 * 28_672);
  });

  it.each([
    ['f32', 2],
    ['f16', 1],
    ['q8_0', 34 / 64],
    ['q4_0', 18 / 64],
  ] as const)('a cache of %s takes %d of one of f16', (kvType, factor) => {
    const of = (type: Candidate['kvType']) =>
      neededBytes({ ...base, kvType: type }, sampleModel({ sizeBytes: 0 }), 4096);
    expect((of(kvType) - 320 * MIB) / (of('f16') - 320 * MIB)).toBeCloseTo(factor, 12);
  });

  it('may not exceed what the machine has left, or what the user allows', () => {
    expect(why({})).toBeNull();
    expect(why({}, {}, withMemory(1024 ** 3))).toEqual({
      axis: 'memory',
      value: 'q4_0',
      reason: 'needs about 1.35 GiB of 1.00 GiB that may be used',
    });
    expect(why({}, { maxRssBytes: 1.2 * 1024 ** 3 })).toMatchObject({ axis: 'memory' });
    expect(why({}, { maxRssBytes: 64 * 1024 ** 3 }, withMemory(1024 ** 3))).toMatchObject({ axis: 'memory' });
  });

  it('that is not known forbids nothing', () => expect(why({}, {}, withMemory(null))).toBeNull());
});

it('gives the first reason of several', () =>
  expect(why({ threads: 99, kvType: 'q8_0', flashAttention: false }, { maxRssBytes: 1 })).toMatchObject({
    axis: 'threads',
  }));

describe('a binding to nodes', () => {
  const GIB = 1024 ** 3;
  const node = { ...MACHINE.numa.nodes[0]!, availableBytes: 2 * MIB };
  const split: Machine = {
    ...MACHINE,
    numa: { ...MACHINE.numa, nodes: [node, { ...node, id: 1, availableBytes: 64 * GIB }] },
  };
  const bound = (policy: 'bind' | 'preferred', nodes: string): Candidate['binding'] => ({
    ...{ name: 'one-node', tool: 'numactl', cpus: null, memory: { policy, nodes } },
  });

  it('is judged by their memory where it may not leave them', () => {
    expect(why({ binding: bound('bind', '0') }, {}, split)).toMatchObject({
      axis: 'memory',
      reason: expect.stringContaining('2.00 MiB that may be used on node 0') as string,
    });
    expect(why({ binding: bound('bind', '0-1') }, {}, split)).toBeNull();
    expect(why({ binding: bound('preferred', '0') }, {}, split)).toBeNull();
  });
});

describe('the tasks that may still start', () => {
  it('count the threads of every replica and those of its process', () => {
    const unlimited = { value: -1, source: '', confidence: 'certain' } as const;
    const resources: NonNullable<Machine['limits']['resources']> = {
      ...{ startableTasks: { ...unlimited, value: 40 }, addressSpaceBytes: unlimited, dataBytes: unlimited },
      ...{ lockedBytes: unlimited, openFiles: unlimited, readBytesPerSecond: unlimited },
    };
    const few: Machine = { ...MACHINE, limits: { ...MACHINE.limits, resources } };
    expect(why({ threads: 16 }, {}, few)).toBeNull();
    const locked = { ...resources, startableTasks: unlimited, lockedBytes: { ...unlimited, value: 1024 } };
    const tight: Machine = { ...MACHINE, limits: { ...MACHINE.limits, resources: locked } };
    expect(why({ mlock: true }, {}, tight)).toMatchObject({ axis: 'mlock' });
    expect(why({ mlock: false }, {}, tight)).toBeNull();
    expect(why({ threads: 8, replicas: 2 }, {}, few)).toMatchObject({
      axis: 'threads',
      reason: 'only 40 more threads may start here',
    });
  });
});
