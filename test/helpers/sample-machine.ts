import { shortHash } from '../../src/core/canonical.js';
import { type Fact, known, unknown } from '../../src/core/fact.js';
import type { Machine } from '../../src/core/machine.js';
import { MACHINE_SCHEMA_VERSION } from '../../src/core/machine-version.js';

/** A made-up desktop: 8 cores, 16 threads, AVX-512, one memory node. For tests of what is shown, not of probing. */

const CORES = 8;
const GIB = 1024 ** 3;
const fact = <T>(value: T): Fact<T> => known(value, 'sample');
const none = <T>(): Fact<T> => unknown<T>('sample');
const ids = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Bytes a second that `threads` readers reach: rises to a knee at 4 threads, then flat. */
export const sampleBandwidth = (threads: number): number => 38e9 * (1 - Math.exp(-Math.min(threads, CORES) / 1.6));

const isa: Machine['cpu']['isa'] = {
  ...{ fma: true, f16c: true, avx: true, avx2: true, avxVnni: false, avxVnniInt8: null, avx512: true },
  ...{ avx512Vbmi: true, avx512Vnni: true, avx512Bf16: false, avx512Fp16: false, amx: false, amxBf16: false },
  ...{ neon: null, dotprod: null, i8mm: null, bf16: null, sve: null, sve2: null, sme: null },
};

function bandwidth(): Machine['bandwidth'] {
  const points = [1, 2, 4, 6, 8, 16].map((threads) => ({
    threads,
    cpus: `0-${threads - 1}`,
    bestBytesPerSecond: sampleBandwidth(threads) * 1.03,
    medianBytesPerSecond: sampleBandwidth(threads) * (threads === 16 ? 0.96 : 1),
    spread: 1.03,
    passes: 12,
    onCpuShare: threads === 16 ? 0.81 : 0.99,
    stealShare: 0,
    throttledPeriods: 0,
    isContended: threads === 16,
    reasons: threads === 16 ? ['threads were off their CPUs for 19 % of the time'] : [],
    attempts: threads === 16 ? 3 : 1,
  }));
  return {
    kernel: 'WebAssembly SIMD read, 8 streams a thread',
    streams: 8,
    bytesPerThread: 128 * 1024 ** 2,
    isLargerThanCache: true,
    isPinned: true,
    points,
    maxBytesPerSecond: sampleBandwidth(8),
    kneeThreads: 4,
    isContended: true,
    perNode: [],
    notes: ['This is not STREAM: it only reads.'],
    durationMs: 4200,
  };
}

const hard: Machine['fingerprint']['hard'] = {
  ...{ arch: 'x64', vendor: 'intel', family: '6', model: '141 11th Gen Intel Core i7-11800H', stepping: '1' },
  ...{ isa: 'avx2 avx512', allowedCpus: '0-15', threadsPerCore: 2, numaNodes: 1, quotaCpus: null, ramClassGiB: 32 },
};

export function sampleMachine(): Machine {
  return {
    schemaVersion: MACHINE_SCHEMA_VERSION,
    kind: 'r1-tune/machine',
    isLive: true,
    probedAt: '2026-03-01T08:00:00.000Z',
    platform: {
      os: 'linux',
      arch: 'x64',
      kernel: fact('6.8.0-41-generic'),
      distribution: fact('Ubuntu 24.04'),
      libc: fact('glibc' as const),
      node: fact('v22.11.0'),
    },
    cpu: {
      model: fact('11th Gen Intel(R) Core(TM) i7-11800H @ 2.30GHz'),
      vendor: fact('intel'),
      family: fact('6'),
      modelNumber: fact('141'),
      stepping: fact('1'),
      microcode: fact('0x52'),
      flags: fact(['avx2', 'avx512f', 'fma']),
      isa,
      sveBits: none(),
      maxMhz: fact(4600),
    },
    topology: {
      cpus: ids(2 * CORES).map((id) => ({
        ...{ id, core: id % CORES, package: 0, die: 0, node: 0, llc: 0, kind: 'performance' as const, isAllowed: true },
      })),
      machine: { cpus: 2 * CORES, cores: CORES, packages: 1, dies: 1, nodes: 1, llcDomains: 1 },
      allowed: {
        cpus: ids(2 * CORES),
        cores: CORES,
        pCores: CORES,
        packages: 1,
        nodes: [0],
        memoryNodes: [0],
        llcDomains: 1,
        source: '/proc/self/status',
      },
      kinds: [{ kind: 'performance', cpus: ids(2 * CORES), cores: CORES, label: 'cores' }],
      kindsSource: 'uniform',
      threadsPerCore: 2,
      isHidden: false,
      notes: [],
    },
    caches: {
      levels: [],
      llc: {
        level: 3,
        domains: [{ id: 0, sizeBytes: 24 * 1024 ** 2, cpus: ids(16) }],
        allowedBytes: 24 * 1024 ** 2,
        source: 'sysfs',
      },
    },
    numa: {
      nodes: [
        {
          id: 0,
          kind: 'cpu-and-memory',
          cpus: ids(16),
          memoryBytes: 32 * GIB,
          freeBytes: 24 * GIB,
          distances: [10],
          isMemoryAllowed: true,
          hugePagesFree: 0,
          memorySideCacheBytes: null,
        },
      ],
      source: 'sysfs',
      notes: [],
    },
    memory: {
      totalBytes: fact(32 * GIB),
      availableBytes: fact(26 * GIB),
      limitBytes: fact(32 * GIB),
      usableBytes: fact(26 * GIB),
      swapTotalBytes: fact(0),
      swapUsedBytes: fact(0),
      hugePagesFree: fact(0),
      hugePageBytes: fact(2 * 1024 ** 2),
      dimms: none(),
      channels: fact(2),
      theoreticalBytesPerSecond: fact(51.2e9),
    },
    limits: {
      quotaCpus: null,
      threadBudget: CORES,
      threadCeiling: 2 * CORES,
      inputs: [],
      reasons: ['8 physical cores are allowed.'],
      isThrottled: fact(false),
      throttledPeriods: fact(0),
      throttledUs: fact(0),
    },
    knobs: {
      ...{ governor: fact('performance'), scalingDriver: fact('intel_pstate'), energyPreference: none() },
      ...{ isTurboOn: fact(true), transparentHugePages: fact('madvise'), transparentHugePagesDefrag: fact('madvise') },
      ...{ swappiness: fact(60), zoneReclaimMode: fact(0), overcommitMemory: fact(0), maxMapCount: fact(65530) },
      ...{ numaBalancing: fact(0), smtControl: fact('on'), isSmtActive: fact(true), isolatedCpus: fact([]) },
      ...{ nohzFullCpus: fact([]), perfEventParanoid: fact(2), isAutogroupOn: fact(true), clocksource: fact('tsc') },
      ...{
        mitigations: fact([]),
        openMpVariables: fact([]),
      },
    },
    virtualization: {
      isContainer: fact(false),
      containerRuntime: none(),
      isVm: fact(false),
      hypervisor: none(),
      isKubernetes: fact(false),
      isWsl: fact(false),
    },
    load: {
      loadAverage: fact([0.2, 0.3, 0.2]),
      stealShare: fact(0),
      cpuPressure: none(),
      memoryPressure: none(),
      ioPressure: none(),
      cgroupCpuPressure: none(),
    },
    power: { energyZones: none(), temperatures: none(), thermalThrottleEvents: none() },
    allocators: [],
    tools: [{ name: 'taskset', path: '/usr/bin/taskset' }],
    bindings: [],
    advice: [],
    bandwidth: bandwidth(),
    fingerprint: {
      hash: shortHash(hard),
      hard,
      soft: {
        ...{ kernel: '6.8.0-41-generic', microcode: '0x52', hypervisor: null, governor: 'performance' },
        ...{ node: 'v22.11.0', allocators: 'jemalloc-5.3.0' },
      },
    },
  };
}
