import { parseCpuList } from '../../../../src/core/cpu-list.js';
import { groupBy } from '../../../../src/core/group-by.js';
import type { CpuEntry, Machine } from '../../../../src/core/machine.js';

/** Where a kernel puts the threads of one process, as far as the physics needs to know. */
export type Placement = {
  /** CPUs and cores that may be used. */
  cpus: number;
  cores: number;
  /** Cores that compute, one thread each, and threads beyond them on SMT siblings. */
  used: number;
  extra: number;
  efficiencyCores: number;
  nodes: ReadonlyMap<number, number>;
  sockets: number;
  /** Cores of the last-level cache with the most threads. */
  mostOnOneCache: number;
};

/** Spreads over caches in turn, performance cores first, as schedulers do. */
function spread(cpus: readonly CpuEntry[]): CpuEntry[] {
  const firsts = [...groupBy(cpus, (cpu) => cpu.core).values()].map((siblings) => siblings[0]!);
  const isSlow = (cpu: CpuEntry): number => Number(cpu.kind === 'efficiency');
  const queues = [...groupBy(firsts, (cpu) => cpu.llc).values()].map((q) => q.sort((a, b) => isSlow(a) - isSlow(b)));
  const rounds = Math.max(...queues.map((queue) => queue.length));
  return Array.from({ length: rounds }, (_, i) => queues.flatMap((queue) => queue[i] ?? [])).flat();
}

/** Placements of a machine, computed once for each CPU list and thread count. */
export function placementsOf(machine: Machine): (cpus: string | null, threads: number) => Placement {
  const orders = new Map<string | null, { cpus: number; order: CpuEntry[] }>();
  const known = new Map<string, Placement>();
  const orderOf = (list: string | null) => {
    const wanted = list === null ? null : new Set(parseCpuList(list));
    const cpus = machine.topology.cpus.filter((cpu) => wanted === null || wanted.has(cpu.id));
    return { cpus: cpus.length, order: spread(cpus) };
  };
  return (list, threads) => {
    const key = `${list}/${threads}`;
    const found = known.get(key);
    if (found) return found;
    const { cpus, order } = orders.get(list) ?? orderOf(list);
    orders.set(list, { cpus, order });
    const placed = place(order, cpus, threads);
    known.set(key, placed);
    return placed;
  };
}

function place(order: readonly CpuEntry[], cpus: number, threads: number): Placement {
  const used = order.slice(0, threads);
  const counts = (key: (cpu: CpuEntry) => number): Map<number, number> =>
    new Map([...groupBy(used, key)].map(([id, members]) => [id, members.length]));
  return {
    cpus,
    cores: order.length,
    used: used.length,
    extra: Math.max(0, threads - used.length),
    efficiencyCores: used.filter((cpu) => cpu.kind === 'efficiency').length,
    nodes: counts((cpu) => cpu.node ?? 0),
    sockets: counts((cpu) => cpu.package).size,
    mostOnOneCache: Math.max(...counts((cpu) => cpu.llc ?? 0).values()),
  };
}
