import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, NO_BINDING } from '../../../../src/core/candidate.js';
import { parseCpuList } from '../../../../src/core/cpu-list.js';
import type { CpuEntry, Machine } from '../../../../src/core/machine.js';
import { OWN_CPUS, ownCpus } from '../../../../src/core/own-cpus.js';
import { AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { concurrencyAxes, replicaLadder } from '../../../../src/sweeps/space/concurrency.js';
import { placeReplicas, replicaShares } from '../../../../src/sweeps/space/replica-shares.js';
import { buildSpace } from '../../../../src/sweeps/space/space.js';
import { fakeModel } from '../../../helpers/fake-model.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';

/** `cores` of each node, `smt` CPUs a core; siblings are far apart, as Linux numbers them. */
function machineOf(nodes: number, cores: number, smt: number): Machine {
  const all = nodes * cores;
  const cpus: CpuEntry[] = Array.from({ length: all * smt }, (_, id) => {
    const core = id % all;
    const node = Math.floor(core / cores);
    return { id, core, package: node, die: null, node, llc: node, kind: 'performance', isAllowed: true };
  });
  const base = sampleMachine();
  const ids = cpus.map((cpu) => cpu.id);
  const nodeIds = Array.from({ length: nodes }, (_, i) => i);
  return {
    ...base,
    limits: { ...base.limits, threadBudget: all, threadCeiling: ids.length },
    topology: {
      ...base.topology,
      cpus,
      allowed: { ...base.topology.allowed, cpus: ids, cores: all, pCores: all, nodes: nodeIds, memoryNodes: nodeIds },
    },
  };
}

const allOf = (machine: Machine): number[] => machine.topology.allowed.cpus;

describe('replicaShares', () => {
  it('keeps the siblings of a core together, and gives a replica a node', () => {
    const machine = machineOf(2, 4, 2);
    expect(replicaShares(machine, allOf(machine), 2)).toEqual(['0-3,8-11', '4-7,12-15']);
    expect(replicaShares(machine, [0, 1, 4, 5], 2)).toEqual(['0-1', '4-5']);
  });

  it('divides a core only where there are fewer cores than replicas, and a CPU never', () => {
    const machine = machineOf(1, 2, 2);
    expect(replicaShares(machine, allOf(machine), 4)!.sort()).toEqual(['0', '1', '2', '3']);
    expect(replicaShares(machine, allOf(machine), 5)).toBeNull();
  });

  it('on any machine: disjoint, nothing left over, sizes at most one core apart', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 12 }),
        (nodes, cores, smt, replicas) => {
          const machine = machineOf(nodes, cores, smt);
          const shares = replicaShares(machine, allOf(machine), replicas);
          fc.pre(shares !== null);
          const lists = shares.map(parseCpuList);
          expect(lists.flat().sort((a, b) => a - b)).toEqual(allOf(machine));
          const sizes = lists.map((list) => list.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(smt);
          if (nodes * cores >= replicas) for (const list of lists) expect(list.length % smt).toBe(0);
        },
      ),
    ));
});

describe('placeReplicas', () => {
  const machine = machineOf(1, 4, 1);
  const one: Candidate = baseCandidate('llama-cpp', 'q4_0', 1);

  it('leaves one replica and an unbound fleet as they are', () => {
    expect(placeReplicas(one, machine)).toBe(one);
    const unbound = { ...one, replicas: 2, binding: NO_BINDING };
    expect(placeReplicas(unbound, machine)).toBe(unbound);
  });

  it('CPUs of its own mean nothing to a single replica', () =>
    expect(placeReplicas({ ...one, binding: ownCpus(machine) }, machine)).toBeNull());

  it('divides any binding with CPUs', () =>
    expect(
      placeReplicas(
        { ...one, replicas: 2, binding: { name: 'taskset:1-2', tool: 'taskset', cpus: '1-2', memory: null } },
        machine,
      )!.binding.perReplica,
    ).toEqual(['1', '2']));
});

describe('the space of the objective "throughput"', () => {
  const machine = { ...machineOf(1, 4, 1), tools: [{ name: 'taskset', path: '/bin/taskset' }] } as unknown as Machine;
  const axes = concurrencyAxes({ ...AUTO_AXES, binding: 'auto', allocator: ['glibc'] }, machine);
  const { candidates, defaultCandidate } = buildSpace({
    machine,
    arms: [{ backend: 'llama-cpp', model: { ...fakeModel({}), path: '/models/model.gguf' } }],
    axes,
    contextTokens: 256,
    maxRssBytes: null,
  });

  it('has replicas and sequences as axes without being asked', () => {
    expect(replicaLadder(machine)).toEqual([1, 2, 4]);
    expect(replicaLadder(machineOf(3, 4, 1))).toEqual([1, 2, 3, 4, 8]);
    expect(new Set(candidates.map((c) => c.replicas))).toEqual(new Set([1, 2, 4]));
    expect(new Set(candidates.map((c) => c.sequences))).toEqual(new Set([1, 2, 4, 8]));
  });

  it('never runs more threads than CPUs, on the whole or on a share', () => {
    // The default is what an untuned person gets, whatever fits.
    const tuned = candidates.filter((c) => c !== defaultCandidate);
    for (const { threads, replicas, binding } of tuned) {
      expect(threads * replicas).toBeLessThanOrEqual(4);
      for (const share of binding.perReplica ?? []) expect(parseCpuList(share).length).toBeGreaterThanOrEqual(threads);
    }
    expect(candidates.some((c) => c.replicas === 4 && c.binding.perReplica?.length === 4)).toBe(true);
    expect(candidates.every((c) => c.replicas > 1 || c.binding.name !== OWN_CPUS)).toBe(true);
  });
});
