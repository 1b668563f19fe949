import { alt, EMPTY, lazy, literal, type Node, ranges, seq } from './grammar.js';
import { type CharacterSet, union } from './regular/characters.js';
import { PatternError } from './regular/expression.js';
import { distances, type Effort, intersection, type Machine, trimmed } from './regular/machine.js';

/** What JSON cannot hold as it stands, in its shortest form. */
const ESCAPED = [...Array(0x20).keys(), 0x22, 0x5c];
const SURROGATES = [0xd800, 0xdfff] as const;

/** Code points at which the length of UTF-8 changes. */
const LENGTHS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/** A machine over characters as a grammar of JSON strings, lengths between `min` and `max` characters. */
export function stringOf(machine: Machine, min: number, max: number, effort: Effort): Node {
  return seq(literal('"'), counted(machine, min, max, effort), literal('"'));
}

function counted(machine: Machine, min: number, max: number, effort: Effort): Node {
  if (min === 0 && max === Number.POSITIVE_INFINITY) return uncounted(machine);
  const least = distances(machine)[0]!;
  if (least > max) throw new PatternError('allows no text of the allowed length');
  // With room for a whole loop between the two bounds no count can lead into a dead end.
  if (min <= least && max - least >= machine.length) return atMost(machine, max);
  return uncounted(intersection(machine, lengths(min, max), effort));
}

function lengths(min: number, max: number): Machine {
  const last = max === Number.POSITIVE_INFINITY ? min : max;
  return Array.from({ length: last + 1 }, (_, count) => ({
    isAccepting: count >= min,
    edges: count < last ? [[0, 0x10ffff, count + 1] as const] : max > last ? [[0, 0x10ffff, count] as const] : [],
  }));
}

function uncounted(machine: Machine): Node {
  const nodes: Node[] = trimmed(machine).map(({ isAccepting, edges }) =>
    lazy(() => alternatives(isAccepting, edges, (target) => nodes[target]!)),
  );
  return nodes[0]!;
}

/** The count is a part of the state; states are made as texts come to them. */
function atMost(machine: Machine, max: number): Node {
  const distance = distances(machine);
  const known = new Map<string, Node>();
  const nodeAt = (state: number, left: number): Node => {
    const key = `${state},${left}`;
    const node = known.get(key) ?? lazy(() => at(state, left));
    known.set(key, node);
    return node;
  };
  const at = (state: number, left: number): Node => {
    const { isAccepting, edges } = machine[state]!;
    const open = edges.filter(([, , target]) => distance[target]! < left);
    return alternatives(isAccepting, open, (target) => nodeAt(target, left - 1));
  };
  return nodeAt(0, max);
}

function alternatives(isAccepting: boolean, edges: Machine[number]['edges'], nodeOf: (target: number) => Node): Node {
  const byTarget = new Map<number, [number, number][]>();
  for (const [low, high, target] of edges) byTarget.set(target, [...(byTarget.get(target) ?? []), [low, high]]);
  const ways = [...byTarget].map(([target, over]) => seq(character(union(over)), nodeOf(target)));
  return alt(...(isAccepting ? [EMPTY] : []), ...ways);
}

const made = new Map<string, Node>();
const MOST_KEPT = 500;

/** One character of the set, as JSON writes it in UTF-8. */
export function character(set: CharacterSet): Node {
  const key = set.join(' ');
  const known = made.get(key);
  if (known) return known;
  if (made.size > MOST_KEPT) made.clear();
  const inSet = (c: number) => set.some(([low, high]) => c >= low && c <= high);
  const escapes = ESCAPED.filter(inSet).map((c) => literal(JSON.stringify(String.fromCharCode(c)).slice(1, -1)));
  const plain = set.flatMap(([low, high]) => without(low, high, ESCAPED)).filter(([low, high]) => low <= high);
  const single = plain.filter(([, high]) => high < 0x80);
  const wide = plain.flatMap(([low, high]) => byLength(low, high)).filter(([low]) => low >= 0x80);
  const ascii = [
    ...single,
    ...plain.filter(([low, high]) => low < 0x80 && high >= 0x80).map(([low]) => [low, 0x7f] as const),
  ];
  const node = alt(
    ...(ascii.length > 0 ? [ranges(...ascii)] : []),
    ...wide.flatMap(([low, high]) => utf8(low, high)),
    ...escapes,
  );
  made.set(key, node);
  return node;
}

/** The range without single points in it. */
function without(low: number, high: number, points: readonly number[]): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let from = low;
  for (const point of points) {
    if (point < from || point > high) continue;
    if (point > from) parts.push([from, point - 1]);
    from = point + 1;
  }
  if (from <= high) parts.push([from, high]);
  return parts;
}

/** Cut where UTF-8 gets longer, and without surrogates. */
function byLength(low: number, high: number): (readonly [number, number])[] {
  const pieces = LENGTHS.map(
    (last, i) => [Math.max(low, i === 0 ? 0 : LENGTHS[i - 1]! + 1), Math.min(high, last)] as const,
  );
  const [first, last] = SURROGATES;
  return pieces
    .flatMap(([from, to]) =>
      to < first || from > last
        ? [[from, to] as const]
        : [[from, Math.min(to, first - 1)] as const, [Math.max(from, last + 1), to] as const],
    )
    .filter(([from, to]) => from <= to);
}

/** The UTF-8 of a range of equal length, byte by byte: on the lower edge, between, on the upper edge. */
function utf8(low: number, high: number): Node[] {
  const bytes = (codePoint: number) => [...Buffer.from(String.fromCodePoint(codePoint))];
  return sameLength(bytes(low), bytes(high));
}

function sameLength(low: readonly number[], high: readonly number[]): Node[] {
  const [l, h] = [low[0]!, high[0]!];
  if (low.length === 1) return [ranges([l, h])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const [least, most] = [lowRest.map(() => 0x80), lowRest.map(() => 0xbf)];
  const under = (from: number, to: number, a: readonly number[], b: readonly number[]) =>
    from <= to ? sameLength(a, b).map((rest) => seq(ranges([from, to]), rest)) : [];
  if (l === h) return under(l, l, lowRest, highRest);
  const isWholeLow = lowRest.every((byte) => byte === 0x80);
  const isWholeHigh = highRest.every((byte) => byte === 0xbf);
  return [
    ...(isWholeLow ? [] : under(l, l, lowRest, most)),
    ...under(isWholeLow ? l : l + 1, isWholeHigh ? h : h - 1, least, most),
    ...(isWholeHigh ? [] : under(h, h, least, highRest)),
  ];
}
