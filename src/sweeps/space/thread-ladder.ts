import type { Binding, Candidate } from '../../core/candidate.js';
import { parseCpuList } from '../../core/cpu-list.js';
import type { Machine } from '../../core/machine.js';

/** What the threads of one process may run on. */
type Room = { cores: number; cpus: number };

/** The CPUs of a binding, as one of `replicas` shares them. */
export function roomOf({ cpus }: Binding, replicas: number, { topology }: Machine): Room {
  const { allowed } = topology;
  if (cpus === null) return shareOf({ cores: allowed.cores, cpus: allowed.cpus.length }, replicas);
  const bound = new Set(parseCpuList(cpus));
  const entries = topology.cpus.filter(({ id }) => bound.has(id));
  return shareOf({ cores: new Set(entries.map(({ core }) => core)).size, cpus: bound.size }, replicas);
}

const shareOf = ({ cores, cpus }: Room, replicas: number): Room => ({
  cores: Math.floor(cores / replicas),
  cpus: Math.floor(cpus / replicas),
});

/** 1, 2, 3, 4, 6, 8, 12, 16, 24, …: no two further apart than ×1.5, and whole groups of 8 cores where there are many. */
function steps(ceiling: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log2(ceiling + 1)) }, (_, i) => 2 ** i);
  return powers.flatMap((n) => [n, n * 1.5]).filter(Number.isInteger);
}

/** From here on the best count lies between half and all of the cores often enough to look closer there. */
const MANY_CORES = 32;

/**
 * Thread counts worth trying where so many cores and CPUs are shared: even steps, and every count that means something there
 * (all cores, all CPUs, half and three quarters of either, eighths of many, the performance cores, the machine's budget and one less).
 */
export function threadLadder({ cores, cpus }: Room, machine: Machine): number[] {
  const { threadBudget, threadCeiling } = machine.limits;
  const ceiling = Math.max(1, Math.min(cpus, threadCeiling));
  const shares = cores < MANY_CORES ? [1, 1 / 2, 3 / 4] : [1, 1 / 2, 5 / 8, 3 / 4, 7 / 8];
  const whole = shares.flatMap((share) => [cores, cpus].map((count) => Math.round(count * share)));
  const meant = [...whole, machine.topology.allowed.pCores, threadBudget, threadBudget - 1, ceiling];
  const counts = [...steps(ceiling), ...meant].filter((n) => n >= 1 && n <= ceiling);
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** Thread counts of any binding and number of replicas: the values of the axis. */
export function threadLevels(bindings: readonly Binding[], replicas: readonly number[], machine: Machine): number[] {
  const all = bindings.flatMap((binding) =>
    replicas.flatMap((n) => threadLadder(roomOf(binding, n, machine), machine)),
  );
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Whether a thread count is on the ladder of the candidate's own binding: a count that fits one means nothing to another. */
export function ladderRule(machine: Machine): (candidate: Candidate) => boolean {
  const ladders = new Map<string, Set<number>>();
  return ({ binding, replicas, threads }) => {
    const key = `${binding.cpus}/${replicas}`;
    const ladder = ladders.get(key) ?? new Set(threadLadder(roomOf(binding, replicas, machine), machine));
    ladders.set(key, ladder);
    return ladder.has(threads);
  };
}

/**
 * What llama.cpp and ONNX Runtime take by themselves: the physical (performance) cores of the machine, whatever the
 * affinity or quota of the process.
 */
export function engineDefaultThreads(machine: Machine): number {
  const performance = machine.topology.kinds.find((kind) => kind.kind === 'performance');
  return Math.max(1, performance?.cores ?? machine.topology.machine.cores);
}
