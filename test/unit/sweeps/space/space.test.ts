import { describe, expect, it } from 'vitest';
import type { Backend, ModelArm } from '../../../../src/core/backends.js';
import { candidateId, NO_BINDING } from '../../../../src/core/candidate.js';
import type { Machine } from '../../../../src/core/machine.js';
import type { ModelFile } from '../../../../src/core/model.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { type AskedAxes, AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { buildSpace, type SpaceRequest } from '../../../../src/sweeps/space/space.js';
import { generateMachine, type MachineDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

const MODEL = sampleModel();
const AXES: AskedAxes = AUTO_AXES;
const on = (backend: Backend, model: ModelFile): ModelArm => ({ backend, model });

const space = (machine: Machine, axes: Partial<AskedAxes> = {}, more: Partial<SpaceRequest> = {}) =>
  buildSpace({
    machine,
    arms: [on('llama-cpp', MODEL)],
    axes: { ...AXES, ...axes },
    contextTokens: 4096,
    maxRssBytes: null,
    ...more,
  });

/** Eight cores with two threads each (siblings n and n+8), as its kernel shows it. */
const DESKTOP: MachineDescription = {
  about: 'eight cores with SMT',
  arch: 'x64',
  cpuinfo: { vendor_id: 'GenuineIntel', flags: 'fpu lm avx avx2 fma f16c' },
  numbering: 'cores-first',
  packages: [{ nodes: [{ memoryGiB: 32, caches: [{ l3KiB: 16384, groups: [{ cores: 8, threads: 2 }] }] }] }],
};
const BASE = memoryHost(generateMachine(DESKTOP));
const MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
const shape = (changes: Record<string, string | null>) => probeMachine(overlay(BASE, changes));
const threadsOf = (found: ReturnType<typeof space>): number[] =>
  [...new Set(found.candidates.map((c) => c.threads))].sort((a, b) => a - b);

describe('on a machine as probed', () => {
  it('a quota of 2.5 CPUs leaves 1 and 2 threads; the engine’s own default stays, as the price of not tuning', async () => {
    const machine = await shape({
      '/proc/self/cgroup': '0::/a',
      '/proc/self/mountinfo': MOUNT,
      '/sys/fs/cgroup/a/cpu.max': '250000 100000',
    });
    expect(machine.limits.threadCeiling).toBe(2);
    const found = space(machine, { threads: [1, 2, 3, 8, 16] });
    expect(found.defaultCandidate.threads).toBe(8);
    expect(threadsOf(found)).toEqual([1, 2, 8]);
    expect(found.candidates.filter((c) => c.threads === 8)).toEqual([found.defaultCandidate]);
    const refused = found.excluded.filter((e) => e.axis === 'threads');
    expect(refused.map((e) => e.value)).toEqual(['3', '8', '16']);
    expect(refused[0]!.reason).toBe('no more than 2 threads can run at once here');
  });

  it('a cpuset of four CPUs on two cores bounds threads and bindings', async () => {
    const machine = await shape({ '/proc/self/status': 'Cpus_allowed_list:\t0-1,8-9\nMems_allowed_list:\t0' });
    const found = space(machine);
    expect(threadsOf(found)).toEqual([1, 2, 3, 4, 8]);
    for (const { binding } of found.candidates) if (binding.cpus) expect(binding.cpus).toMatch(/^[0189,-]+$/);
    const foreign = { name: 'taskset:2', tool: 'taskset' as const, cpus: '2', memory: null };
    const tools = [{ name: 'taskset', path: '/usr/bin/taskset' }];
    expect(space({ ...machine, tools }, { binding: [foreign] }).excluded).toContainEqual(
      expect.objectContaining({ value: 'taskset:2', reason: 'this process may not run on CPU 2' }),
    );
  });

  it('CPUs that are offline are not there', async () => {
    const offline = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const machine = await probeMachine(memoryHost(generateMachine(DESKTOP, { offline })));
    const found = space(machine, { threads: [1, 4, 5] });
    expect(threadsOf(found)).toEqual([1, 4]);
    expect(found.defaultCandidate.threads).toBe(4);
    expect(found.excluded).toContainEqual(expect.objectContaining({ axis: 'threads', value: '5' }));
  });

  it('little memory leaves out what does not fit, with the numbers', async () => {
    const machine = await shape({ '/proc/meminfo': 'MemTotal: 2000000 kB\nMemAvailable: 1500000 kB' });
    const big = sampleModel({ quant: 'f16', sizeBytes: 3.6e9 });
    const found = space(machine, { threads: [2] }, { arms: [on('llama-cpp', MODEL), on('llama-cpp', big)] });
    expect(found.candidates.every((c) => c.quant === 'q4_0')).toBe(true);
    expect(found.excluded).toContainEqual(
      expect.objectContaining({ axis: 'memory', value: 'f16', reason: expect.stringMatching(/needs about .* GiB of/) }),
    );
  });
});

describe('buildSpace', () => {
  const machine = sampleMachine();
  const KERNEL_PLACES = { threadPlacement: ['none'] } as const;

  it('tries both placements of two threads or more, and of one thread the only one there is', () => {
    const { candidates } = space(machine, { threads: [1, 2] });
    expect(candidates.map((c) => [c.threads, c.threadPlacement])).toEqual([
      [1, undefined],
      [2, undefined],
      [2, 'apart'],
      [8, undefined],
    ]);
  });

  it('holds each configuration once, however it was described', () => {
    const found = space(machine, { ...KERNEL_PLACES, threads: [2, 4], threadsBatch: [4, null, 2] });
    const ids = found.candidates.map(candidateId);
    expect(new Set(ids).size).toBe(ids.length);
    // 2/4, 2, 4, 4/2 and the default of 8.
    expect(ids).toHaveLength(5);
  });

  it('counts how many configurations each reason cost', () => {
    const found = space(machine, {
      ...KERNEL_PLACES,
      threads: [2, 32],
      mmap: [true, false],
      flashAttention: [true, false],
    });
    expect(found.excluded.filter((e) => e.axis === 'threads')).toEqual([
      { axis: 'threads', value: '32', reason: 'no more than 16 threads can run at once here', configurations: 4 },
    ]);
  });

  it('the default is the first model on the engine’s own settings, and is always a candidate', () => {
    const other = sampleModel({ quant: 'int4', format: 'onnx' });
    const found = space(machine, { threads: [2] }, { arms: [on('onnx', other), on('llama-cpp', MODEL)] });
    expect(found.defaultCandidate).toMatchObject({ backend: 'onnx', quant: 'int4', threads: 8 });
    expect(found.candidates.map(candidateId)).toContain(candidateId(found.defaultCandidate));
  });

  it('engines that run the same file have their own knobs: OpenVINO computes in bf16 where the CPU does', () => {
    const file = sampleModel({ quant: 'int4', format: 'onnx' });
    const arms = [on('onnx', file), on('openvino', file)];
    const isa = (changes: Partial<Machine['cpu']['isa']>): Machine => ({
      ...machine,
      cpu: { ...machine.cpu, isa: { ...machine.cpu.isa, ...changes } },
    });
    const plain = { threads: [2], binding: [NO_BINDING], allocator: ['glibc' as const] };
    const precisions = (found: ReturnType<typeof space>) =>
      found.candidates.filter((c) => c.threads === 2).map((c) => [c.backend, c.openvino?.inferencePrecision]);
    expect(precisions(space(isa({ avx512Bf16: true }), plain, { arms }))).toEqual([
      ['onnx', undefined],
      ['openvino', 'f32'],
      ['openvino', 'bf16'],
    ]);
    const without = space(
      isa({ avx512Bf16: false, amxBf16: false }),
      { ...plain, inferencePrecision: ['f32', 'bf16'], coreType: ['any', 'performance'] },
      { arms },
    );
    expect(precisions(without)).toEqual([
      ['onnx', undefined],
      ['openvino', 'f32'],
    ]);
    expect(without.excluded).toEqual(
      expect.arrayContaining([
        {
          axis: 'inference-precision',
          value: 'bf16',
          reason: 'this CPU has no instructions for it',
          configurations: 0,
        },
        { axis: 'core-type', value: 'performance', reason: 'all cores of this CPU are of one type', configurations: 0 },
      ]),
    );
  });

  it('without any model there is nothing to search', () =>
    expect(() => space(machine, {}, { arms: [] })).toThrow(expect.objectContaining({ code: 'NOTHING_VIABLE' })));
});
