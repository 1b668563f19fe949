import { alt, EMPTY, literal, type Node, oneOf, seq } from './grammar.js';

/** Numbers from `min` to `max` that are written without exponent and leading zeros. */
export type DecimalRange = {
  min: number;
  max: number;
  isMinExcluded: boolean;
  isMaxExcluded: boolean;
  /** Most digits after the point; 0 for integers. */
  fractionDigits: number;
  /** Integers only: multiples of this. */
  multipleOf: number;
};

/** Longest number that a double gives back as it was written. */
export const MOST_DIGITS = 15;
const LARGEST = 10 ** MOST_DIGITS - 1;

/** Undefined when the range holds no such number. */
export function decimals(range: DecimalRange): Node | undefined {
  const { min, max, isMinExcluded, isMaxExcluded } = range;
  const upper = from(Math.max(min, 0), min >= 0 && isMinExcluded, max, isMaxExcluded, range);
  // Below zero the bounds change places; there is no negative zero.
  const lower = from(Math.max(-max, 0), max >= 0 || isMaxExcluded, -min, isMinExcluded, range);
  const parts = [...(upper ? [upper] : []), ...(lower ? [seq(literal('-'), lower)] : [])];
  return parts.length > 0 ? alt(...parts) : undefined;
}

/** Where a number stands against both bounds after the digits so far, with the remainder for `multipleOf`. */
type Place = { at: number; isLow: boolean; isHigh: boolean; remainder: number };

function from(low: number, isLowOut: boolean, high: number, isHighOut: boolean, range: DecimalRange): Node | undefined {
  if (high < 0 || low > LARGEST || low > high) return undefined;
  const [least, most] = [plainDigits(low), plainDigits(Math.min(high, LARGEST))];
  const excluded = { low: isLowOut, high: isHighOut && high <= LARGEST };
  const ways: Node[] = [];
  const known = new Map<string, Node | undefined>();
  for (let whole = Math.max(1, least.whole.length); whole <= most.whole.length; whole++) {
    const bounds = { low: aligned(least, whole), high: aligned(most, whole) };
    const node = walk(whole, bounds, excluded, range, known);
    if (node) ways.push(node);
  }
  return ways.length > 0 ? alt(...ways) : undefined;
}

/** A bound's digits for numbers with so many before the point; undefined when all of those are on the right side of it. */
const aligned = ({ whole, fraction }: Digits, length: number): string | undefined =>
  whole.length === length ? whole + fraction : undefined;

function walk(
  whole: number,
  bounds: { low: string | undefined; high: string | undefined },
  excluded: { low: boolean; high: boolean },
  { fractionDigits, multipleOf }: DecimalRange,
  known: Map<string, Node | undefined>,
): Node | undefined {
  const length = whole + Math.min(fractionDigits, MOST_DIGITS - whole);
  const digitOf = (digits: string | undefined, at: number) => Number(digits?.[at] ?? 0);
  const restIsZero = (digits: string, at: number) => /^0*$/.test(digits.slice(at));
  const mayEnd = ({ at, isLow, isHigh, remainder }: Place): boolean =>
    at >= whole &&
    remainder === 0 &&
    !(isLow && (excluded.low || !restIsZero(bounds.low!, at))) &&
    !(isHigh && excluded.high && restIsZero(bounds.high!, at));
  const nodeAt = (place: Place): Node | undefined => {
    const { at, isLow, isHigh, remainder } = place;
    // Away from the bounds only the digits to come matter: numbers of all lengths share their ends.
    const key = [isLow, isHigh, isLow || isHigh ? whole : '', whole - at, length - at, at === 0, remainder].join();
    if (!known.has(key)) known.set(key, make(place));
    return known.get(key);
  };
  const make = (place: Place): Node | undefined => {
    const ends = mayEnd(place) ? [EMPTY] : [];
    if (place.at >= length) return ends[0];
    const ways = digitWays(place);
    const digits = ways.length > 0 ? alt(...ways) : undefined;
    const further = digits && place.at === whole ? seq(literal('.'), digits) : digits;
    const all = [...ends, ...(further ? [further] : [])];
    return all.length > 0 ? alt(...all) : undefined;
  };
  /** Digits that lead to the same place stand together. */
  const digitWays = ({ at, isLow, isHigh, remainder }: Place): Node[] => {
    const least = isLow ? digitOf(bounds.low, at) : at === 0 && whole > 1 ? 1 : 0;
    const most = isHigh ? digitOf(bounds.high, at) : 9;
    const byNext = new Map<Node, string>();
    for (let digit = least; digit <= most; digit++) {
      const next = nodeAt({
        at: at + 1,
        isLow: isLow && digit === least,
        isHigh: isHigh && digit === most,
        remainder: at < whole ? (remainder * 10 + digit) % multipleOf : remainder,
      });
      if (next) byNext.set(next, `${byNext.get(next) ?? ''}${digit}`);
    }
    return [...byNext].map(([next, digits]) => seq(oneOf(digits), next));
  };
  return nodeAt({ at: 0, isLow: bounds.low !== undefined, isHigh: bounds.high !== undefined, remainder: 0 });
}

type Digits = { whole: string; fraction: string };

/** A number from 0 on in plain digits: what a bound is compared with. */
function plainDigits(value: number): Digits {
  const [mantissa, exponent = '0'] = String(value).split('e');
  const [whole, fraction = ''] = mantissa!.split('.');
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole!.length + shift;
  if (point <= 0) return { whole: '0', fraction: '0'.repeat(-point) + digits };
  const padded = digits.padEnd(point, '0');
  return { whole: padded.slice(0, point), fraction: padded.slice(point) };
}
