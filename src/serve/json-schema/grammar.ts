/**
 * A grammar over bytes. Nodes are immutable and may be shared; recursion goes through `lazy`. A node never calls itself before a
 * byte was matched.
 */
export type Node = { readonly id: number } & (
  | { kind: 'bytes'; set: ByteSet }
  /** Characters of a JSON string, between `min` and `max` of them. */
  | { kind: 'text'; min: number; max: number }
  | { kind: 'seq'; nodes: readonly Node[] }
  | { kind: 'alt'; nodes: readonly Node[] }
  | { kind: 'repeat'; node: Node; min: number; max: number }
  | { kind: 'lazy'; get: () => Node }
);
type OfKind<K extends Node['kind']> = Extract<Node, { kind: K }>;

/** 256 entries, 1 for a byte in the set. */
export type ByteSet = Uint8Array;

let made = 0;
const nextId = (): number => made++;

export const EMPTY: Node = { id: nextId(), kind: 'seq', nodes: [] };
export const seq = (...nodes: Node[]): Node => (nodes.length === 0 ? EMPTY : { id: nextId(), kind: 'seq', nodes });
export function alt(...nodes: Node[]): Node {
  const flat = [...new Set(nodes.flatMap((node) => (node.kind === 'alt' ? node.nodes : [node])))];
  return flat.length === 1 ? flat[0]! : { id: nextId(), kind: 'alt', nodes: flat };
}
/** Between `min` and `max` times; what is repeated must not match the empty text. */
export const repeat = (node: Node, min: number, max: number): OfKind<'repeat'> => ({
  id: nextId(),
  kind: 'repeat',
  node,
  min,
  max,
});
export const text = (min: number, max: number): OfKind<'text'> => ({ id: nextId(), kind: 'text', min, max });
export const optional = (node: Node): Node => alt(EMPTY, node);

/** Made when it is first needed, once. */
export function lazy(make: () => Node): Node {
  let target: Node | undefined;
  return {
    id: nextId(),
    kind: 'lazy',
    get: () => {
      target ??= make();
      return target;
    },
  };
}

/** Bytes from the given inclusive ranges. */
export function ranges(...pairs: readonly (readonly [number, number])[]): Node {
  const set = new Uint8Array(256);
  for (const [low, high] of pairs) set.fill(1, low, high + 1);
  return { id: nextId(), kind: 'bytes', set };
}

/** Any of the ASCII characters. */
export const oneOf = (characters: string): Node =>
  ranges(...[...characters].map((c) => [c.charCodeAt(0), c.charCodeAt(0)] as const));

const SINGLE = Array.from({ length: 256 }, (_, byte) => ranges([byte, byte]));
export const literal = (content: string): Node => seq(...[...Buffer.from(content)].map((byte) => SINGLE[byte]!));

/** Any of the texts; those that begin alike share their beginning. */
export function literals(contents: readonly string[]): Node {
  return trie([...new Set(contents)].map((content) => Buffer.from(content)));
}

function trie(texts: readonly Buffer[]): Node {
  const byFirst = new Map<number, Buffer[]>();
  for (const text of texts)
    if (text.length > 0) byFirst.set(text[0]!, [...(byFirst.get(text[0]!) ?? []), text.subarray(1)]);
  const ways = [...byFirst].map(([byte, rests]) =>
    rests.length === 1
      ? seq(SINGLE[byte]!, ...[...rests[0]!].map((one) => SINGLE[one]!))
      : seq(SINGLE[byte]!, trie(rests)),
  );
  return alt(...(texts.some(({ length }) => length === 0) ? [EMPTY] : []), ...ways);
}

const suffixes = new WeakMap<Node, Node>();

/** What follows the first part of a sequence; the same object each time. */
export function afterFirst(node: OfKind<'seq'>): Node {
  const known = suffixes.get(node);
  if (known) return known;
  const rest = node.nodes.length === 1 ? EMPTY : node.nodes.length === 2 ? node.nodes[1]! : seq(...node.nodes.slice(1));
  suffixes.set(node, rest);
  return rest;
}

const counted = new WeakMap<Node, Node>();

/** The same repetition or text with one done; an unbounded one without minimum is its own rest. */
export function afterOne(node: OfKind<'repeat'> | OfKind<'text'>): Node {
  if (node.min === 0 && node.max === Number.POSITIVE_INFINITY) return node;
  const known = counted.get(node);
  if (known) return known;
  const [min, max] = [Math.max(0, node.min - 1), node.max - 1];
  const rest = max <= 0 ? EMPTY : node.kind === 'text' ? text(min, max) : repeat(node.node, min, max);
  counted.set(node, rest);
  return rest;
}
