import { describe, expect, it } from 'vitest';
import {
  baseCandidate,
  type Candidate,
  DEFAULT_OPENVINO_KNOBS,
  type OpenvinoKnobs,
} from '../../../src/core/candidate.js';
import type { Effective } from '../../../src/core/outcome.js';
import { bindingFaults } from '../../../src/runners/verify.js';
import { sampleEffective } from '../../helpers/sample-trial.js';

const base = baseCandidate('llama-cpp', 'q4_0', 4);
const faults = (asked: Partial<Candidate>, got: Partial<Effective> = {}) =>
  bindingFaults({ ...base, ...asked }, sampleEffective(got));
const cpus = (list: string): Candidate['binding'] => ({ name: 'b', tool: 'taskset', cpus: list, memory: null });
const memory = (policy: 'bind' | 'interleave', nodes: string): Candidate['binding'] => ({
  name: 'b',
  tool: 'numactl',
  cpus: null,
  memory: { policy, nodes },
});
const openvino = (knobs: Partial<OpenvinoKnobs>) => ({ openvino: { ...DEFAULT_OPENVINO_KNOBS, ...knobs } });
const compiled = (properties: Record<string, string>) => ({ properties });
const jemalloc = { name: 'jemalloc' as const, path: '/l/libjemalloc.so.2' };

describe('what took effect', () => {
  it.each<[string, Partial<Candidate>, Partial<Effective>]>([
    ['nothing asked', {}, {}],
    ['the CPUs asked for, written otherwise', { binding: cpus('0,1,2,3') }, { cpus: '0-3' }],
    ['the memory nodes asked for', { binding: memory('bind', '0-1') }, { memoryNodes: '0,1' }],
    ['interleaving, which the kernel does not show', { binding: memory('interleave', '0-1') }, { memoryNodes: '0' }],
    ['the allocator', { allocator: jemalloc }, { allocator: 'jemalloc' }],
    ['AVX2 kernels', { isa: 'avx2' }, { variant: 'haswell' }],
    ['AVX2 kernels with VNNI', { isa: 'avx2' }, { variant: 'alderlake' }],
    ['AVX-512 kernels', { isa: 'avx512' }, { variant: 'zen4' }],
    ['AMX kernels', { isa: 'amx' }, { variant: 'sapphirerapids' }],
    ['kernels of its own choice', { isa: 'auto' }, { variant: 'anything' }],
    ['threads placed apart', { threadPlacement: 'apart' }, { threadCpus: { first: '0', others: '1' } }],
    ['threads of high priority', { priority: 'high' }, { threadPriority: 'high' }],
    ['a priority that this system does not show', { priority: 'low' }, { threadPriority: null }],
    ['prefill threads of their own', { threadsBatch: 8 }, { threadsBatch: 8 }],
    ['OpenVINO in bf16', openvino({ inferencePrecision: 'bf16' }), compiled({ INFERENCE_PRECISION_HINT: 'bf16' })],
    ['siblings that no core has', openvino({}), compiled({ ENABLE_HYPER_THREADING: 'NO' })],
    ['a property that this OpenVINO does not know', openvino({ coreType: 'performance' }), compiled({})],
  ])('%s: no fault', (_name, asked, got) => expect(faults(asked, got)).toEqual([]));

  it.each<[string, Partial<Candidate>, Partial<Effective>, RegExp]>([
    ['other CPUs', { binding: cpus('0-3') }, { cpus: '0-2' }, /asked for CPUs 0-3, the engine runs on 0-2/],
    ['more CPUs', { binding: cpus('0-3') }, { cpus: '0-4' }, /runs on 0-4/],
    [
      'a precision that the CPU lacks',
      openvino({ inferencePrecision: 'bf16' }),
      compiled({ INFERENCE_PRECISION_HINT: 'f32' }),
      /asked for INFERENCE_PRECISION_HINT=bf16, the compiled model has f32/,
    ],
    ['pinning that stays', openvino({}), compiled({ ENABLE_CPU_PINNING: 'YES' }), /ENABLE_CPU_PINNING=NO/],
    [
      'siblings though they were forbidden',
      openvino({ hyperThreading: false }),
      compiled({ ENABLE_HYPER_THREADING: 'YES' }),
      /ENABLE_HYPER_THREADING=NO/,
    ],
    ['other nodes', { binding: memory('bind', '0') }, { memoryNodes: '0-1' }, /memory of nodes 0, .* 0-1/],
    ['no preload', { allocator: jemalloc }, { allocator: 'glibc' }, /allocator jemalloc, the process runs glibc/],
    ['a preload nobody asked for', {}, { allocator: 'mimalloc' }, /allocator glibc, the process runs mimalloc/],
    ['threads that the kernel places', { threadPlacement: 'apart' }, {}, /asked for threads placed apart, the kernel/],
    ['threads of no priority', { priority: 'high' }, { threadPriority: 'normal' }, /of priority high, .* as normal/],
    ['an engine without priorities', { priority: 'low' }, {}, /of priority low, .* as normal/],
    ['fewer threads', {}, { threads: 2 }, /asked for 4 threads, the engine uses 2/],
    ['fewer prefill threads', { threadsBatch: 8 }, { threadsBatch: 4 }, /asked for 8 prefill threads, .* 4/],
    ['prefill threads that differ unasked', {}, { threadsBatch: 2 }, /asked for 4 prefill threads, .* 2/],
    ['AVX-512 for AVX2', { isa: 'avx2' }, { variant: 'skylakex' }, /avx2 kernels, the engine loaded "skylakex"/],
    ['AVX2 for AMX', { isa: 'amx' }, { variant: 'haswell' }, /amx kernels/],
    ['AMX for AVX-512', { isa: 'avx512' }, { variant: 'sapphirerapids' }, /avx512 kernels/],
  ])('%s: a fault', (_name, asked, got, text) => {
    const found = faults(asked, got);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(text);
  });

  it('what the system does not show cannot be checked, and passes', () => {
    const asked = { binding: cpus('0-3'), allocator: jemalloc, isa: 'avx2' as const };
    const silent = { cpus: null, memoryNodes: null, threads: null, threadsBatch: null, allocator: null, variant: null };
    expect(faults(asked, silent)).toEqual([]);
  });

  it('names every fault at once', () =>
    expect(faults({ binding: cpus('1'), allocator: jemalloc }, { cpus: '0', threads: 1 })).toHaveLength(3));
});
