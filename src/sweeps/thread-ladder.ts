import type { Machine } from '../core/machine.js';

/** Most threads that can run at once here: allowed logical CPUs, and no more than the quota rounded down. */
export function threadCeiling(machine: Machine): number {
  const { quotaCpus } = machine.limits;
  const quota = quotaCpus === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(quotaCpus));
  return Math.max(1, Math.min(machine.topology.allowed.cpus.length, quota));
}

/**
 * Thread counts worth trying: 1, then steps of about ×1.5, and every count that means something here
 * (performance cores, cores, the budget and one less, all logical CPUs), none above the ceiling.
 */
export function threadLadder(machine: Machine): number[] {
  const ceiling = threadCeiling(machine);
  const { cores, pCores, cpus } = machine.topology.allowed;
  const budget = machine.limits.threadBudget;
  const steps = [1];
  while (steps.at(-1)! < ceiling) steps.push(Math.max(steps.at(-1)! + 1, Math.round(steps.at(-1)! * 1.5)));
  const meant = [cores, pCores, budget, budget - 1, cpus.length, ceiling];
  return [...new Set([...steps, ...meant])].filter((n) => n >= 1 && n <= ceiling).sort((a, b) => a - b);
}

/**
 * What llama.cpp and ONNX Runtime take by themselves: the physical (performance) cores of the machine, whatever the
 * affinity or quota of the process.
 */
export function engineDefaultThreads(machine: Machine): number {
  const performance = machine.topology.kinds.find((kind) => kind.kind === 'performance');
  return Math.max(1, performance?.cores ?? machine.topology.machine.cores);
}
