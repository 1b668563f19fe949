import { type CharacterSet, complement, EVERY, union } from './characters.js';
import { PatternError } from './expression.js';

/** A deterministic finite automaton over code points; state 0 is the start. What has no edge is refused. */
export type Machine = readonly MachineState[];
export type MachineState = { readonly isAccepting: boolean; readonly edges: readonly Edge[] };
export type Edge = readonly [low: number, high: number, target: number];

/** Steps that may be spent on one pattern: some ten milliseconds. */
export type Effort = { left: number };
export function spendEffort(effort: Effort, steps: number): void {
  effort.left -= steps;
  if (effort.left < 0) throw new PatternError('is too complex to be enforced');
}

/** Numbers states by key as they are found, and works them off in that order. */
export function explore<K>(
  start: K,
  keyOf: (state: K) => string,
  look: (state: K, number: (state: K) => number) => MachineState,
): Machine {
  const numbers = new Map<string, number>();
  const found: K[] = [];
  const number = (state: K): number => {
    const key = keyOf(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, found.length);
    found.push(state);
    return found.length - 1;
  };
  number(start);
  const states: MachineState[] = [];
  for (let at = 0; at < found.length; at++) states.push(look(found[at]!, number));
  return states;
}

/** The texts of both. */
export function intersection(a: Machine, b: Machine, effort: Effort): Machine {
  const product = explore([0, 0] as readonly [number, number], String, ([left, right], number) => {
    const edges: Edge[] = [];
    for (const [low, high, target] of a[left]!.edges)
      for (const [from, to, other] of b[right]!.edges) {
        spendEffort(effort, 1);
        if (from <= high && to >= low) edges.push([Math.max(low, from), Math.min(high, to), number([target, other])]);
      }
    return { isAccepting: a[left]!.isAccepting && b[right]!.isAccepting, edges };
  });
  return trimmed(product);
}

/** All texts that the machine refuses. */
export function negation(machine: Machine): Machine {
  const sink = machine.length;
  const states = machine.map(({ isAccepting, edges }) => ({
    isAccepting: !isAccepting,
    edges: [...edges, ...complement(union(edges.map(([low, high]) => [low, high]))).map(to(sink))],
  }));
  return [...states, { isAccepting: true, edges: EVERY.map(to(sink)) }];
}

const to =
  (target: number) =>
  ([low, high]: CharacterSet[number]): Edge => [low, high, target];

/** Without states from which nothing is accepted. Throws `PatternError` when nothing is left. */
export function trimmed(machine: Machine): Machine {
  const live = distances(machine).map(Number.isFinite);
  if (!live[0]) throw new PatternError('allows no text');
  return machine.map(({ isAccepting, edges }) => ({
    isAccepting,
    edges: edges.filter(([, , target]) => live[target]),
  }));
}

/** Fewest characters from each state to the end of a text. */
export function distances(machine: Machine): number[] {
  const sources = machine.map((): number[] => []);
  machine.forEach(({ edges }, from) => {
    for (const [, , target] of edges) sources[target]!.push(from);
  });
  const distance = machine.map(({ isAccepting }) => (isAccepting ? 0 : Number.POSITIVE_INFINITY));
  let edge = [...machine.keys()].filter((state) => machine[state]!.isAccepting);
  for (let steps = 1; edge.length > 0; steps++) {
    const further: number[] = [];
    for (const state of edge)
      for (const source of sources[state]!)
        if (distance[source] === Number.POSITIVE_INFINITY) {
          distance[source] = steps;
          further.push(source);
        }
    edge = further;
  }
  return distance;
}
