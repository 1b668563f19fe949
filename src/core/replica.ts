import type { Candidate } from './candidate.js';

/**
 * A candidate as one of its replicas runs it: alone, and on its own share of the CPUs where the binding has shares for
 * this number of replicas. The tuner and the server start their processes by this one rule.
 */
export function replicaOf(candidate: Candidate, index: number): Candidate {
  const { perReplica, ...binding } = candidate.binding;
  const cpus = perReplica?.length === candidate.replicas ? perReplica[index]! : binding.cpus;
  return { ...candidate, replicas: 1, binding: { ...binding, cpus } };
}
