import { afterFirst, afterOne, type ByteSet, EMPTY, type Node } from './grammar.js';
import { afterLeadByte, isPlainByte } from './json-characters.js';

/**
 * All ways in which the bytes so far can be read, at once. What is still to be matched is kept as a graph: a vertex says what
 * may follow a part, and all places that wait for the same part share one (Tomita's graph-structured stack, 1985). So the
 * work for a byte grows with the grammar, never with the number of readings, which can be exponential.
 */
export type Vertex = {
  readonly id: number;
  readonly follows: readonly Pair[];
  /** Nothing need follow: the whole text may end here. */
  readonly isEnd: boolean;
};
type Pair = readonly [rest: Node, below: Vertex];

export type State = {
  /** Each begins with a set of bytes or characters. Equal states are the same object. */
  readonly items: readonly Pair[];
  /** The bytes so far are a whole text of the grammar. */
  readonly isComplete: boolean;
  /** States already computed, by byte; null is a byte that is not allowed. */
  readonly next: (State | null | undefined)[];
};

/** A grammar in use by one answer. */
export type Automaton = {
  readonly start: State;
  /** The state after a byte, or null when the byte is not allowed. Throws `WorkExceeded` when the work allowed is used up. */
  advance(state: State, byte: number): State | null;
  /** The readings that are not inside a string of free text, alone; null without any. */
  withoutText(state: State): State | null;
  /** Allows so much work from now on, counted in parts of the grammar looked at. */
  allowWork(parts: number): void;
};

/** The answer's grammar asks for more work at one place than any request may use: other requests wait meanwhile. */
export class WorkExceeded extends Error {
  constructor() {
    super('The JSON schema is too ambiguous here: the ways in which the answer can go on cost too much to follow.');
    this.name = 'WorkExceeded';
  }
}

/** What is kept to find equal states again; beyond it, it is forgotten and begun anew. */
const MOST_KEPT = 20_000;
/** Looking whether a byte fits a reading costs so much less than going on with it. */
const ITEMS_A_PART = 8;
const END: Vertex = { id: 0, follows: [], isEnd: true };

export function createAutomaton(grammar: Node): Automaton {
  const states = new Map<string, State>();
  const vertices = new Map<string, Vertex>();
  let made = 0;
  let workLeft = Number.POSITIVE_INFINITY;

  const spend = (parts: number) => {
    workLeft -= parts;
    if (workLeft < 0) throw new WorkExceeded();
  };
  const vertexOf = (follows: readonly Pair[], isEnd: boolean): Vertex => {
    const sorted = sortedPairs(follows);
    const key = `${isEnd ? 'e' : ''}${keyOf(sorted)}`;
    const known = vertices.get(key);
    if (known) return known;
    const vertex = { id: ++made, follows: sorted, isEnd };
    vertices.set(key, vertex);
    return vertex;
  };
  const stateOf = (pairs: readonly Pair[], isComplete: boolean): State | null => {
    if (pairs.length === 0 && !isComplete) return null;
    const items = sortedPairs(pairs);
    const key = `${isComplete ? 'e' : ''}${keyOf(items)}`;
    const known = states.get(key);
    if (known) return known;
    if (states.size >= MOST_KEPT || vertices.size >= MOST_KEPT) {
      states.clear();
      vertices.clear();
    }
    const state: State = { items, isComplete, next: [] };
    states.set(key, state);
    return state;
  };
  const closed = (closure: Closure): State | null => {
    closure.run();
    const pairs = closure.terminals.map(([node, below]): Pair => [node, finish(below, vertexOf)]);
    return stateOf(pairs, closure.isComplete);
  };
  const step = (state: State, byte: number): State | null => {
    spend(state.items.length / ITEMS_A_PART);
    const closure = new Closure(spend);
    for (const [node, below] of state.items) {
      if (node.kind === 'bytes' && node.set[byte]) closure.pop(below);
      else if (node.kind === 'text' && isPlainByte(byte)) closure.visit(afterOne(node), below);
      else if (node.kind === 'text') {
        const rest = afterLeadByte(byte);
        if (rest) closure.call(rest, afterOne(node), below);
      }
    }
    return closed(closure);
  };
  const opening = new Closure(spend);
  opening.visit(grammar, END);
  const start = closed(opening) ?? { items: [], isComplete: false, next: [] };
  return {
    start,
    allowWork(parts) {
      workLeft = parts;
    },
    withoutText: ({ items }) =>
      stateOf(
        items.filter(([node]) => node.kind !== 'text'),
        false,
      ),
    advance(state, byte) {
      const known = state.next[byte];
      if (known !== undefined) return known;
      const after = step(state, byte);
      state.next[byte] = after;
      return after;
    },
  };
}

/** Bytes that can follow. */
export function nextBytes(automaton: Automaton, state: State): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (automaton.advance(state, byte) ? 1 : 0));
}

/** A vertex of the present place in the text, still being filled. */
type Open = { readonly follows: Map<Node, Set<Below>>; isPopped: boolean; vertex: Vertex | undefined };
type Below = Vertex | Open;
const isOpen = (below: Below): below is Open => 'isPopped' in below;

/** Expands until every reading begins with bytes or characters. */
class Closure {
  readonly terminals: [Node, Below][] = [];
  isComplete = false;
  private readonly open = new Map<Node, Open>();
  private readonly seen = new Map<Below, Set<Node>>();
  private readonly popped = new Set<Vertex>();
  private readonly todo: [Node, Below][] = [];

  constructor(private readonly spend: (parts: number) => void) {}

  run(): void {
    for (let item = this.todo.pop(); item; item = this.todo.pop()) this.expand(...item);
  }

  visit(node: Node, below: Below): void {
    this.spend(1);
    const seen = this.seen.get(below);
    if (seen?.has(node)) return;
    if (seen) seen.add(node);
    else this.seen.set(below, new Set([node]));
    this.todo.push([node, below]);
  }

  /** Matches a part, then the rest. All who wait for the same part here share its vertex. */
  call(node: Node, rest: Node, below: Below): void {
    const known = this.open.get(node);
    const open = known ?? { follows: new Map(), isPopped: false, vertex: undefined };
    const belows = open.follows.get(rest);
    if (belows?.has(below)) return;
    if (belows) belows.add(below);
    else open.follows.set(rest, new Set([below]));
    if (!known) {
      this.open.set(node, open);
      this.visit(node, open);
    } else {
      this.spend(1);
      if (open.isPopped) this.visit(rest, below);
    }
  }

  /** A part is matched: what waited for it goes on. */
  pop(below: Below): void {
    if (isOpen(below)) {
      if (below.isPopped) return;
      below.isPopped = true;
      for (const [rest, belows] of below.follows) for (const one of belows) this.visit(rest, one);
      return;
    }
    if (this.popped.has(below)) return;
    this.popped.add(below);
    if (below.isEnd) this.isComplete = true;
    for (const [rest, one] of below.follows) this.visit(rest, one);
  }

  private expand(node: Node, below: Below): void {
    switch (node.kind) {
      case 'bytes':
        this.terminals.push([node, below]);
        return;
      case 'text':
        if (node.max > 0) this.terminals.push([node, below]);
        if (node.min === 0) this.pop(below);
        return;
      case 'alt':
        for (const part of node.nodes) this.visit(part, below);
        return;
      case 'lazy':
        this.call(node.get(), EMPTY, below);
        return;
      case 'seq':
        if (node.nodes.length === 0) this.pop(below);
        else if (node.nodes.length === 1) this.visit(node.nodes[0]!, below);
        else this.call(node.nodes[0]!, afterFirst(node), below);
        return;
      case 'repeat':
        if (node.min === 0) this.pop(below);
        if (node.max > 0) this.call(node.node, afterOne(node), below);
    }
  }
}

/** The finished vertex: an empty rest stands for what follows it. */
function finish(below: Below, vertexOf: (follows: readonly Pair[], isEnd: boolean) => Vertex): Vertex {
  if (!isOpen(below)) return below;
  if (below.vertex) return below.vertex;
  const follows: Pair[] = [];
  let isEnd = false;
  for (const [rest, belows] of below.follows)
    for (const one of belows) {
      const vertex = finish(one, vertexOf);
      if (rest !== EMPTY) follows.push([rest, vertex]);
      else {
        for (const pair of vertex.follows) follows.push(pair);
        isEnd ||= vertex.isEnd;
      }
    }
  below.vertex = vertexOf(follows, isEnd);
  return below.vertex;
}

function sortedPairs(pairs: readonly Pair[]): readonly Pair[] {
  if (pairs.length < 2) return pairs;
  const sorted = [...pairs].sort((a, b) => a[0].id - b[0].id || a[1].id - b[1].id);
  return sorted.filter(([node, below], at) => at === 0 || node !== sorted[at - 1]![0] || below !== sorted[at - 1]![1]);
}

const keyOf = (pairs: readonly Pair[]): string => {
  let key = '';
  for (const [node, below] of pairs) key += `${node.id}.${below.id},`;
  return key;
};
