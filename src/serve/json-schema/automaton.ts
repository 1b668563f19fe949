import type { ByteSet, Node } from './grammar.js';

/** What is still to be matched, as a list with shared tails; `end` when nothing is. */
type Stack = { node: Node; rest: Stack; children: Map<Node, Stack> | undefined } | typeof end;
const end = {} as { node?: never; rest?: never; children?: never };

/** Equal lists are the same object, so that equal states are found by identity. */
function push(node: Node, rest: Stack): Stack {
  // Lists on `end` are not kept: they would outlive every request.
  if (rest.node === undefined) return { node, rest, children: undefined };
  const known = rest.children?.get(node);
  if (known) return known;
  const made: Stack = { node, rest, children: undefined };
  rest.children ??= new Map();
  rest.children.set(node, made);
  return made;
}

/** Every way in which the bytes so far can be read; each begins with a set of bytes. */
export type State = {
  readonly stacks: readonly Stack[];
  /** The bytes so far are a whole text of the grammar. */
  readonly isComplete: boolean;
  /** States already computed, by byte: tokens that are tried one after another share their beginnings. */
  readonly next: Map<number, State>;
};

export const startState = (grammar: Node): State => closure([push(grammar, end)]);

/** The state after a byte; dead (`isDead`) when the byte was not allowed. */
export function advance(state: State, byte: number): State {
  const known = state.next.get(byte);
  if (known) return known;
  const matching: Stack[] = [];
  for (const { node, rest } of state.stacks as Exclude<Stack, typeof end>[])
    if (node.kind === 'bytes' && node.set[byte]) matching.push(rest);
  const made = closure(matching);
  state.next.set(byte, made);
  return made;
}

/** Nothing can follow and nothing was finished. */
export const isDead = ({ stacks, isComplete }: State): boolean => stacks.length === 0 && !isComplete;

/** Bytes that can follow. */
export function nextBytes({ stacks }: State): ByteSet {
  const set = new Uint8Array(256);
  for (const { node } of stacks)
    if (node?.kind === 'bytes') for (let byte = 0; byte < 256; byte++) set[byte]! |= node.set[byte]!;
  return set;
}

/** Expands until every list begins with a set of bytes. */
function closure(from: readonly Stack[]): State {
  const seen = new Set<Stack>();
  const stacks: Stack[] = [];
  let isComplete = false;
  const todo = [...from];
  for (let stack = todo.pop(); stack !== undefined; stack = todo.pop()) {
    if (seen.has(stack)) continue;
    seen.add(stack);
    if (stack.node === undefined) isComplete = true;
    else if (stack.node.kind === 'bytes') stacks.push(stack);
    else for (const next of expand(stack.node, stack.rest)) todo.push(next);
  }
  return { stacks, isComplete, next: new Map() };
}

function expand(node: Exclude<Node, { kind: 'bytes' }>, rest: Stack): Stack[] {
  switch (node.kind) {
    case 'seq':
      return [node.nodes.reduceRight<Stack>((tail, part) => push(part, tail), rest)];
    case 'alt':
      return node.nodes.map((part) => push(part, rest));
    case 'lazy':
      return [push(node.get(), rest)];
    case 'repeat': {
      if (node.max <= 0) return [rest];
      const again = push(node.node, push(countDown(node), rest));
      return node.min > 0 ? [again] : [rest, again];
    }
  }
}

type Repeat = Extract<Node, { kind: 'repeat' }>;
const counted = new WeakMap<Repeat, Repeat>();

/** The same repetition with one done; an unbounded one without minimum is its own rest. */
function countDown(node: Repeat): Repeat {
  if (node.min === 0 && node.max === Number.POSITIVE_INFINITY) return node;
  const known = counted.get(node);
  if (known) return known;
  const less: Repeat = { ...node, min: Math.max(0, node.min - 1), max: node.max - 1 };
  counted.set(node, less);
  return less;
}
