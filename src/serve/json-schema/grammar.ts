/** A grammar over bytes. Nodes are immutable and may be shared; recursion goes through `lazy`. */
export type Node =
  | { kind: 'bytes'; set: ByteSet }
  | { kind: 'seq'; nodes: readonly Node[] }
  | { kind: 'alt'; nodes: readonly Node[] }
  | { kind: 'repeat'; node: Node; min: number; max: number }
  | { kind: 'lazy'; get: () => Node };

/** 256 entries, 1 for a byte in the set. */
export type ByteSet = Uint8Array;

export const seq = (...nodes: Node[]): Node => ({ kind: 'seq', nodes });
export function alt(...nodes: Node[]): Node {
  const flat = nodes.flatMap((node) => (node.kind === 'alt' ? node.nodes : [node]));
  return flat.length === 1 ? flat[0]! : { kind: 'alt', nodes: flat };
}
/** Between `min` and `max` times; what is repeated must not match the empty text. */
export const repeat = (node: Node, min: number, max: number): Node => ({ kind: 'repeat', node, min, max });
export const optional = (node: Node): Node => alt(seq(), node);

/** Made when it is first needed, once. */
export function lazy(make: () => Node): Node {
  let made: Node | undefined;
  return {
    kind: 'lazy',
    get: () => {
      made ??= make();
      return made;
    },
  };
}

/** Bytes from the given inclusive ranges. */
export function ranges(...pairs: readonly (readonly [number, number])[]): Node {
  const set = new Uint8Array(256);
  for (const [low, high] of pairs) set.fill(1, low, high + 1);
  return { kind: 'bytes', set };
}

/** Any of the ASCII characters. */
export const oneOf = (characters: string): Node =>
  ranges(...[...characters].map((c) => [c.charCodeAt(0), c.charCodeAt(0)] as const));

const SINGLE = Array.from({ length: 256 }, (_, byte) => ranges([byte, byte]));
export const literal = (text: string): Node => seq(...[...Buffer.from(text)].map((byte) => SINGLE[byte]!));
