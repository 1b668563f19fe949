import { alt, literal, type Node, oneOf, repeat, seq } from './grammar.js';

/** The integers from `min` to `max`, both of at most 15 digits, written without leading zeros. */
export function integerRange(min: number, max: number): Node {
  const parts: Node[] = [];
  if (min < 0) parts.push(seq(literal('-'), naturals(Math.max(1, -max), -min)));
  if (max >= 0) parts.push(naturals(Math.max(0, min), max));
  return alt(...parts);
}

/** One alternative for each number of digits. */
function naturals(min: number, max: number): Node {
  const parts: Node[] = [];
  for (let digits = String(min).length; digits <= String(max).length; digits++) {
    const low = Math.max(min, digits === 1 ? 0 : 10 ** (digits - 1));
    const high = Math.min(max, 10 ** digits - 1);
    parts.push(sameLength(String(low), String(high)));
  }
  return alt(...parts);
}

const digitsFrom = (low: number, high: number): Node => oneOf('0123456789'.slice(low, high + 1));

/** Numbers of equal length, digit by digit: on the lower edge, between, on the upper edge. */
function sameLength(low: string, high: string): Node {
  if (low.length === 0) return seq();
  const [l, h] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  if (l === h) return seq(literal(low[0]!), sameLength(low.slice(1), high.slice(1)));
  const between = l + 1 <= h - 1 ? [seq(digitsFrom(l + 1, h - 1), repeat(digitsFrom(0, 9), rest, rest))] : [];
  return alt(
    seq(literal(low[0]!), sameLength(low.slice(1), '9'.repeat(rest))),
    ...between,
    seq(literal(high[0]!), sameLength('0'.repeat(rest), high.slice(1))),
  );
}
