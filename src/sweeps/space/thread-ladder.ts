import type { Machine } from '../../core/machine.js';

/**
 * Thread counts worth trying: 1, then steps of about ×1.5, and every count that means something here
 * (performance cores, cores, the budget and one less, all logical CPUs), none above what can run at once.
 */
export function threadLadder(machine: Machine): number[] {
  const { threadBudget, threadCeiling } = machine.limits;
  const { cores, pCores, cpus } = machine.topology.allowed;
  const steps = [1];
  while (steps.at(-1)! < threadCeiling) steps.push(Math.max(steps.at(-1)! + 1, Math.round(steps.at(-1)! * 1.5)));
  const meant = [cores, pCores, threadBudget, threadBudget - 1, cpus.length, threadCeiling];
  return [...new Set([...steps, ...meant])].filter((n) => n >= 1 && n <= threadCeiling).sort((a, b) => a - b);
}

/**
 * What llama.cpp and ONNX Runtime take by themselves: the physical (performance) cores of the machine, whatever the
 * affinity or quota of the process.
 */
export function engineDefaultThreads(machine: Machine): number {
  const performance = machine.topology.kinds.find((kind) => kind.kind === 'performance');
  return Math.max(1, performance?.cores ?? machine.topology.machine.cores);
}
