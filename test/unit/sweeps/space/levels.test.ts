import { describe, expect, it } from 'vitest';
import type { BindingArm, FoundAllocator, Machine } from '../../../../src/core/machine.js';
import type { Exclusion } from '../../../../src/core/run-result.js';
import { type AskedAxes, AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { levelsOf } from '../../../../src/sweeps/space/levels.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';

const AXES: AskedAxes = AUTO_AXES;

const arm = (name: string, changes: Partial<BindingArm>): BindingArm => ({
  name,
  tool: 'taskset',
  cpus: '0-7',
  memory: null,
  cpuCount: 8,
  coreCount: 8,
  available: true,
  description: name,
  ...changes,
});
const found = (name: FoundAllocator['name'], changes: Partial<FoundAllocator> = {}): FoundAllocator => ({
  name,
  variant: name,
  path: `/usr/lib/lib${name}.so.2`,
  version: '2',
  usable: true,
  ...changes,
});

const machine = (changes: Partial<Machine> = {}): Machine => ({
  ...sampleMachine(),
  allocators: [found('jemalloc'), found('mimalloc', { usable: false, reason: 'it is built for musl' })],
  bindings: [
    arm('none', { tool: 'none', cpus: null }),
    arm('one-per-core', {}),
    arm('all-smt', { available: false, sameAs: 'none' }),
    arm('interleave', { available: false, reason: 'there is one memory node' }),
  ],
  ...changes,
});

function levels(asked: Partial<AskedAxes> = {}, on: Machine = machine()) {
  const excluded: Exclusion[] = [];
  return { levels: levelsOf({ ...AXES, ...asked }, on, excluded), excluded };
}

describe('auto', () => {
  it('tries every allocator and binding that is there, and says why not of the others', () => {
    const { levels: found_, excluded } = levels();
    expect(found_.allocator!.map((a) => a.name)).toEqual(['glibc', 'jemalloc']);
    expect(found_.allocator![1]!.path).toBe('/usr/lib/libjemalloc.so.2');
    expect(found_.binding!.map((b) => b.name)).toEqual(['none', 'one-per-core']);
    expect(found_.binding![1]).toEqual({ name: 'one-per-core', tool: 'taskset', cpus: '0-7', memory: null });
    expect(excluded).toEqual([
      { axis: 'binding', value: 'all-smt', reason: 'means the same as none on this machine', configurations: 0 },
      { axis: 'binding', value: 'interleave', reason: 'there is one memory node', configurations: 0 },
      { axis: 'allocator', value: 'tcmalloc', reason: 'it is not installed', configurations: 0 },
      { axis: 'allocator', value: 'mimalloc', reason: 'it is built for musl', configurations: 0 },
    ]);
  });

  it('leaves all other knobs at their base value', () =>
    expect(Object.keys(levels().levels).sort()).toEqual(['allocator', 'binding', 'threadPlacement', 'threads']));
});

describe('thread placement', () => {
  const on = (changes: Partial<Machine['platform']>): Machine => {
    const sample = machine();
    return { ...sample, platform: { ...sample.platform, ...changes } };
  };
  const musl = on({ libc: { ...machine().platform.libc, value: 'musl' } });

  it('is tried where the C library can carry it', () =>
    expect(levels().levels.threadPlacement).toEqual(['none', 'apart']));

  it.each([
    [on({ os: 'darwin' }), 'unsupported here: it needs Linux'],
    [musl, "unsupported here: it needs glibc, this system's C library is musl"],
  ])('is left to the kernel elsewhere, with the reason', (elsewhere, reason) => {
    const { levels: found_, excluded } = levels({ threadPlacement: ['apart', 'none'] }, elsewhere);
    expect(found_.threadPlacement).toEqual(['none']);
    expect(excluded).toContainEqual({ axis: 'thread-placement', value: 'apart', reason, configurations: 0 });
  });
});

describe("llama.cpp's NUMA strategies", () => {
  const twoNodes = (): Machine => {
    const sample = machine();
    const [node] = sample.numa.nodes;
    return { ...sample, numa: { ...sample.numa, nodes: [node!, { ...node!, id: 1 }] } };
  };

  it('are left out unless asked for', () => expect(levels({}, twoNodes()).levels).not.toHaveProperty('engineNuma'));

  it('take more than one node', () => {
    const asked = { engineNuma: ['none', 'isolate'] } as const;
    expect(levels(asked, twoNodes()).levels.engineNuma).toEqual(['none', 'isolate']);
    const one = levels(asked);
    expect(one.levels.engineNuma).toEqual(['none']);
    const reason = 'means the same as none on one NUMA node';
    expect(one.excluded).toContainEqual({ axis: 'engine-numa', value: 'isolate', reason, configurations: 0 });
  });
});

describe('asked for', () => {
  it('values are taken as they are', () => {
    const { levels: found_, excluded } = levels({
      threads: [3],
      threadsBatch: [4, null],
      isa: ['avx2'],
      kvType: ['q8_0'],
      flashAttention: [true, false],
      batch: [128],
      mmap: [false],
      mlock: [true],
      hugePages: ['never'],
      replicas: [2],
      sequences: [4],
      spinning: [false],
      allocator: ['glibc'],
      binding: [],
    });
    expect(found_).toMatchObject({
      ...{ threads: [3], threadsBatch: [4, null], isa: ['avx2'], kvType: ['q8_0'], flashAttention: [true, false] },
      ...{ batch: [128], mmap: [false], mlock: [true], hugePages: ['never'], replicas: [2], sequences: [4] },
      ...{ spinning: [false], allocator: [{ name: 'glibc', path: null }] },
    });
    expect(excluded).toEqual([]);
  });

  it('an allocator that is not there is excluded with its reason, as with auto', () => {
    const { levels: found_, excluded } = levels({ allocator: ['tcmalloc', 'jemalloc'] });
    expect(found_.allocator!.map((a) => a.name)).toEqual(['jemalloc']);
    expect(excluded.filter((e) => e.axis === 'allocator')).toEqual([
      { axis: 'allocator', value: 'tcmalloc', reason: 'it is not installed', configurations: 0 },
    ]);
  });

  const binding = (tool: 'taskset' | 'numactl', cpus: string | null) => ({ name: 'mine', tool, cpus, memory: null });
  const onMac = machine({ platform: { ...sampleMachine().platform, os: 'darwin' } });
  it.each([
    ['a tool that is not installed', binding('numactl', '0'), machine(), 'numactl is not installed'],
    ['CPUs that are not ours', binding('taskset', '14-17'), machine(), 'this process may not run on CPU 16, 17'],
    ['another system', binding('taskset', '0'), onMac, 'unsupported here: taskset exists on Linux only'],
  ])('a binding to %s is excluded', (_name, asked, on, reason) => {
    const { levels: found_, excluded } = levels({ binding: [asked] }, on);
    expect(found_.binding).toEqual([]);
    expect(excluded).toContainEqual({ axis: 'binding', value: 'mine', reason, configurations: 0 });
  });

  it('no binding needs no tool', () => {
    const none = { name: 'none', tool: 'none' as const, cpus: null, memory: null };
    expect(levels({ binding: [none] }, onMac).levels.binding).toEqual([none]);
  });
});
