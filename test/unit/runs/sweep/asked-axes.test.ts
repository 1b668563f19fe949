import { describe, expect, it } from 'vitest';
import { askedAxes, parseBackends } from '../../../../src/runs/sweep/asked-axes.js';
import { AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';

const machine = sampleMachine();

describe('askedAxes', () => {
  it('without flags derives everything', () => expect(askedAxes({}, machine)).toEqual(AUTO_AXES));

  it('reads every flag', () =>
    expect(
      askedAxes(
        {
          ...{ threads: ['1-3'], threadsBatch: ['4'], binding: ['none,taskset:0-1'], allocator: ['glibc,jemalloc'] },
          ...{ isa: ['auto,avx2'], kvType: ['q8_0'], flashAttention: ['on,off'], batch: ['128'], mmap: ['off'] },
          ...{ mlock: ['on'], hugePages: ['never'], replicas: ['2'], sequences: ['4'], spinning: ['off'] },
          ...{ threadPlacement: ['none,apart'], poll: ['0,100'], priority: ['low,normal'], engineNuma: ['isolate'] },
          ...{ threadPlacement: ['none,apart'], inferencePrecision: ['bf16'], dynamicQuantization: ['off,64'] },
          ...{ hyperThreading: ['off'], coreType: ['performance'], pinning: ['on'] },
        },
        machine,
      ),
    ).toEqual({
      threads: [1, 2, 3],
      threadsBatch: [4],
      binding: [
        { name: 'none', tool: 'none', cpus: null, memory: null },
        { name: 'taskset:0-1', tool: 'taskset', cpus: '0-1', memory: null },
      ],
      allocator: ['glibc', 'jemalloc'],
      isa: ['auto', 'avx2'],
      kvType: ['q8_0'],
      flashAttention: [true, false],
      batch: [128],
      mmap: [false],
      mlock: [true],
      hugePages: ['never'],
      replicas: [2],
      sequences: [4],
      spinning: [false],
      threadPlacement: ['none', 'apart'],
      poll: [0, 100],
      priority: ['low', 'normal'],
      engineNuma: ['isolate'],
      inferencePrecision: ['bf16'],
      dynamicQuantization: [0, 64],
      hyperThreading: [false],
      coreType: ['performance'],
      pinning: [true],
    }));

  it.each([
    [{ threads: ['0'] }, '--threads'],
    [{ threadsBatch: ['x'] }, '--threads-batch'],
    [{ binding: ['x'] }, '--binding'],
    [{ allocator: ['hoard'] }, '--allocator'],
    [{ isa: ['avx1024'] }, '--isa'],
    [{ kvType: ['q2'] }, '--kv-type'],
    [{ flashAttention: ['maybe'] }, '--flash-attention'],
    [{ batch: ['0'] }, '--batch'],
    [{ mmap: ['1'] }, '--mmap'],
    [{ mlock: ['x'] }, '--mlock'],
    [{ hugePages: ['yes'] }, '--huge-pages'],
    [{ replicas: ['0'] }, '--replicas'],
    [{ sequences: ['-1'] }, '--sequences'],
    [{ spinning: ['x'] }, '--spinning'],
    [{ threadPlacement: ['kernel'] }, '--thread-placement'],
    [{ poll: ['101'] }, '--poll'],
    [{ priority: ['-1'] }, '--priority'],
    [{ engineNuma: ['mirror'] }, '--engine-numa'],
    [{ inferencePrecision: ['int8'] }, '--inference-precision'],
    [{ dynamicQuantization: ['many'] }, '--dynamic-quantization'],
    [{ hyperThreading: ['x'] }, '--hyper-threading'],
    [{ coreType: ['big'] }, '--core-type'],
    [{ pinning: ['x'] }, '--pinning'],
  ])('%j names its flag', (flags, name) =>
    expect(() => askedAxes(flags, machine)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(name) }),
    ),
  );
});

it('parseBackends takes the fallback, or known names', () => {
  expect(parseBackends(undefined, ['llama-cpp'])).toEqual(['llama-cpp']);
  expect(parseBackends(['onnx,llama-cpp'], ['llama-cpp'])).toEqual(['onnx', 'llama-cpp']);
  expect(() => parseBackends(['vllm'], [])).toThrow(/--backend: "vllm"/);
});
