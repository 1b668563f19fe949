import type { Machine } from '../../core/machine.js';
import type { AskedAxes } from './axes.js';

/** More processes than this only where there are as many NUMA nodes: each needs the model once more. */
const MOST_REPLICAS = 8;
const SEQUENCES = [1, 2, 4, 8] as const;

/** 1, 2, 4, … as long as each has a core, and one for each NUMA node. */
export function replicaLadder(machine: Machine): number[] {
  const { cores, nodes } = machine.topology.allowed;
  const powers = Array.from({ length: Math.log2(MOST_REPLICAS) + 1 }, (_, i) => 2 ** i);
  return [...new Set([...powers, nodes.length])].filter((n) => n >= 1 && n <= Math.max(1, cores)).sort((a, b) => a - b);
}

/** The objective "throughput" is about streams at once: replicas and sequences are axes without being asked for. */
export const concurrencyAxes = (axes: AskedAxes, machine: Machine): AskedAxes => ({
  ...axes,
  replicas: axes.replicas === 'auto' ? replicaLadder(machine) : axes.replicas,
  sequences: axes.sequences === 'auto' ? SEQUENCES : axes.sequences,
});
