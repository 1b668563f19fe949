import { alt, lazy, literal, type Node, optional, ranges, repeat, seq } from './grammar.js';
import { comma } from './json-grammar.js';

/** Members from `at` on, in order; a comma stands before each but the first that is written. */
export function membersFrom(
  at: number,
  isFirst: boolean,
  members: Node[],
  isOptional: boolean[],
  more: Node | undefined,
): Node {
  const separated = (node: Node) => (isFirst ? node : seq(comma, node));
  if (at === members.length) {
    if (!more) return seq();
    return optional(seq(separated(more), repeat(seq(comma, more), 0, Number.POSITIVE_INFINITY)));
  }
  const rest = (first: boolean) => lazy(() => membersFrom(at + 1, first, members, isOptional, more));
  const written = seq(separated(members[at]!), rest(false));
  return isOptional[at] ? alt(written, rest(isFirst)) : written;
}

/** A key that is none of the names: plain ASCII, so that none can be written in another way. */
export function keyBeside(names: readonly string[]): Node {
  const rest = (known: readonly string[]): Node => {
    const heads = new Set(known.filter((name) => name !== '').map((name) => name.charCodeAt(0)));
    const free = [...Array(0x5f).keys()].map((i) => i + 0x20).filter((c) => c !== 0x22 && c !== 0x5c && !heads.has(c));
    const plain = ranges([0x20, 0x21], [0x23, 0x5b], [0x5d, 0x7e]);
    const leaving = seq(ranges(...free.map((c) => [c, c] as const)), repeat(plain, 0, 64), literal('"'));
    const following = [...heads]
      .filter((c) => c < 0x7f && c >= 0x20)
      .map((c) =>
        seq(
          ranges([c, c]),
          lazy(() => rest(known.filter((name) => name.charCodeAt(0) === c).map((name) => name.slice(1)))),
        ),
      );
    return alt(leaving, ...following, ...(known.includes('') ? [] : [literal('"')]));
  };
  return seq(literal('"'), rest(names.map((name) => JSON.stringify(name).slice(1, -1))));
}
