import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCpuList } from '../../../../src/core/cpu-list.js';
import { seededRandom, shuffled } from '../../../../src/core/random.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { type Cpu, cpusOf, generateMachine, type MachineDescription } from '../../../helpers/machines/generated.js';

/** Machines of any shape, with CPUs numbered in any order and with gaps, any of them offline, any affinity and quota. */
const machines = fc
  .record({
    packages: fc.integer({ min: 1, max: 3 }),
    nodes: fc.integer({ min: 1, max: 2 }),
    caches: fc.integer({ min: 1, max: 3 }),
    cores: fc.integer({ min: 1, max: 4 }),
    threads: fc.constantFrom(1, 1, 2, 4),
    hasL3: fc.boolean(),
    numbering: fc.constantFrom('cores-first' as const, 'siblings-adjacent' as const),
    stride: fc.constantFrom(1, 1, 3),
    seed: fc.nat(1e6),
    offlineShare: fc.constantFrom(0, 0, 0.3, 0.7),
    allowedShare: fc.constantFrom(1, 1, 0.5, 0.1),
    quotaPercent: fc.option(fc.integer({ min: 10, max: 2000 })),
    isMask: fc.boolean(),
  })
  .map((shape) => {
    const description: MachineDescription = {
      about: 'random',
      arch: 'x64',
      cpuinfo: { vendor_id: 'GenuineIntel', flags: 'fpu lm avx2' },
      numbering: shape.numbering,
      packages: Array.from({ length: shape.packages }, () => ({
        nodes: Array.from({ length: shape.nodes }, () => ({
          memoryGiB: 8,
          caches: Array.from({ length: shape.caches }, () => ({
            l3KiB: shape.hasL3 ? 16384 : null,
            groups: [{ cores: shape.cores, threads: shape.threads }],
          })),
        })),
      })),
    };
    const random = seededRandom(shape.seed);
    const size = shape.packages * shape.nodes * shape.caches * shape.cores * shape.threads;
    const numbers = shuffled(
      Array.from({ length: size }, (_, id) => id * shape.stride),
      random,
    );
    const cpus = cpusOf(description, (id) => numbers[id]!);
    const some = (pool: Cpu[], share: number) =>
      shuffled(pool, random).slice(0, Math.max(1, Math.round(share * pool.length)));
    const online = some(cpus, 1 - shape.offlineShare);
    const allowed = some(online, shape.allowedShare);
    const offline = cpus.filter((cpu) => !online.includes(cpu)).map((cpu) => cpu.id);
    const recorded = generateMachine(description, { cpus, offline });
    const ids = (members: Cpu[]) => members.map((cpu) => cpu.id).sort((a, b) => a - b);
    recorded.files['/proc/self/status'] = `Cpus_allowed_list:\t${formatCpuList([...ids(allowed), ...offline])}`;
    if (shape.quotaPercent !== null)
      Object.assign(recorded.files, {
        '/sys/fs/cgroup/cgroup.controllers': 'cpu',
        '/sys/fs/cgroup/cpu.max': `${shape.quotaPercent * 1000} 100000`,
      });
    return {
      recorded: shape.isMask ? masksOnly(recorded) : recorded,
      online,
      allowed,
      ids,
      quota: shape.quotaPercent === null ? null : shape.quotaPercent / 100,
      hasL3: shape.hasL3,
    };
  });

/** Old kernels write the sets as masks only. */
function masksOnly(recorded: ReturnType<typeof generateMachine>): ReturnType<typeof generateMachine> {
  const files = Object.fromEntries(
    Object.entries(recorded.files).map(([path, text]) =>
      /(?:_cpus|cpu)_list$|\/cpulist$/.test(path)
        ? [
            path
              .replace('shared_cpu_list', 'shared_cpu_map')
              .replace(/_list$/, '')
              .replace('cpulist', 'cpumap'),
            maskOf(text),
          ]
        : [path, text],
    ),
  );
  return { ...recorded, files };
}

function maskOf(list: string): string {
  const ids = list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return part === '' ? [] : Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
  });
  const mask = ids.reduce((sum, id) => sum | (1n << BigInt(id)), 0n).toString(16);
  return mask.padStart(Math.ceil(mask.length / 8) * 8, '0').replace(/(.{8})(?=.)/g, '$1,');
}

const distinct = (cpus: Cpu[], key: keyof Cpu): number => new Set(cpus.map((cpu) => cpu[key])).size;

describe('random machines', () => {
  it('are counted right, whatever their numbering, offline CPUs, affinity and quota', async () => {
    await fc.assert(
      fc.asyncProperty(machines, async ({ recorded, online, allowed, ids, quota, hasL3 }) => {
        const machine = await probeMachine(memoryHost(recorded));
        const { topology, caches, limits, numa } = machine;
        expect(topology.cpus.map((cpu) => cpu.id)).toEqual(ids(online));
        expect(topology.machine).toMatchObject({
          cpus: online.length,
          cores: distinct(online, 'core'),
          packages: distinct(online, 'package'),
          llcDomains: hasL3 ? distinct(online, 'llc') : 0,
        });
        expect(topology.allowed).toMatchObject({
          cpus: ids(allowed),
          cores: distinct(allowed, 'core'),
          pCores: distinct(allowed, 'core'),
        });
        expect(topology.allowed.nodes).toHaveLength(distinct(allowed, 'node'));

        const shared = caches.levels.map((level) =>
          level.domains.flatMap((domain) => domain.cpus).sort((a, b) => a - b),
        );
        for (const cpus of shared) expect(cpus).toEqual(ids(online));
        expect(numa.nodes.flatMap((node) => node.cpus).sort((a, b) => a - b)).toEqual(ids(online));

        const whole = quota === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(quota));
        expect(limits.threadBudget).toBe(Math.min(distinct(allowed, 'core'), whole));
        expect(limits.threadCeiling).toBe(Math.min(allowed.length, whole));
        expect(limits.threadBudget).toBeLessThanOrEqual(limits.threadCeiling);

        for (const arm of machine.bindings) {
          expect(arm.coreCount).toBeLessThanOrEqual(topology.allowed.cores);
          expect(arm.available || arm.reason !== undefined, arm.name).toBe(true);
          if (arm.sameAs) expect(machine.bindings.find((other) => other.name === arm.sameAs)?.sameAs).toBeUndefined();
        }
        const distinctArms = machine.bindings
          .filter((arm) => arm.available)
          .map((arm) => `${arm.cpus} ${JSON.stringify(arm.memory)}`);
        expect(new Set(distinctArms).size).toBe(distinctArms.length);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
