import { expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../../src/core/candidate.js';
import { replicaOf } from '../../../src/core/replica.js';

const binding = { name: 'own-cpus', tool: 'taskset' as const, cpus: '0-3', memory: null, perReplica: ['0-1', '2-3'] };
const pair: Candidate = { ...baseCandidate('llama-cpp', 'q4_0', 2), replicas: 2, sequences: 4, binding };

it('a replica runs alone on its own share, with every other knob as it is', () => {
  expect(replicaOf(pair, 1)).toEqual({
    ...pair,
    replicas: 1,
    binding: { name: 'own-cpus', tool: 'taskset', cpus: '2-3', memory: null },
  });
});

it('another number of replicas than the shares are for (--workers) runs on the whole binding', () => {
  for (const index of [0, 2]) expect(replicaOf({ ...pair, replicas: 3 }, index).binding.cpus).toBe('0-3');
});
