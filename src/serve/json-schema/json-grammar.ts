import { alt, lazy, literal, type Node, oneOf, optional, ranges, repeat, seq } from './grammar.js';

/** The pieces of JSON (RFC 8259) as bytes of UTF-8. */

/** Longest run of white space between two tokens: models indent, but must not fall into endless blanks. */
const MOST_BLANKS = 24;
/** Longest part of a number before it could not be read back exactly. */
const MOST_DIGITS = 15;

export const blanks = repeat(oneOf(' \n\t'), 0, MOST_BLANKS);
const digit = oneOf('0123456789');
const hex = oneOf('0123456789abcdefABCDEF');
const tail = ranges([0x80, 0xbf]);

/** One character of more than a byte; without halves of surrogate pairs and overlong forms (RFC 3629). */
const wideCharacter = alt(
  seq(ranges([0xc2, 0xdf]), tail),
  seq(ranges([0xe0, 0xe0]), ranges([0xa0, 0xbf]), tail),
  seq(ranges([0xe1, 0xec], [0xee, 0xef]), tail, tail),
  seq(ranges([0xed, 0xed]), ranges([0x80, 0x9f]), tail),
  seq(ranges([0xf0, 0xf0]), ranges([0x90, 0xbf]), tail, tail),
  seq(ranges([0xf1, 0xf3]), tail, tail, tail),
  seq(ranges([0xf4, 0xf4]), ranges([0x80, 0x8f]), tail, tail),
);
/** Escapes by number leave out the surrogates D800 to DFFF. */
const numbered = seq(
  literal('u'),
  alt(seq(oneOf('0123456789abcefABCEF'), hex), seq(oneOf('dD'), oneOf('01234567'))),
  hex,
  hex,
);
const escaped = seq(literal('\\'), alt(oneOf('"\\/bfnrt'), numbered));
const character = alt(ranges([0x20, 0x21], [0x23, 0x5b], [0x5d, 0x7f]), wideCharacter, escaped);

/** A string of `min` to `max` characters (code points). */
export const string = (min: number, max: number): Node => seq(literal('"'), repeat(character, min, max), literal('"'));
export const anyString = string(0, Number.POSITIVE_INFINITY);

const natural = alt(literal('0'), seq(oneOf('123456789'), repeat(digit, 0, MOST_DIGITS - 1)));
export const integer = seq(optional(literal('-')), natural);
const fraction = seq(literal('.'), repeat(digit, 1, MOST_DIGITS));
const exponent = seq(oneOf('eE'), optional(oneOf('+-')), repeat(digit, 1, 2));
/** A number from 0 on. */
export const positiveNumber = seq(natural, optional(fraction), optional(exponent));
export const number = seq(optional(literal('-')), positiveNumber);

export const boolean = alt(literal('true'), literal('false'));

/** Items between brackets, separated by commas. */
export function array(item: Node, min: number, max: number): Node {
  const more = repeat(seq(literal(','), blanks, item, blanks), Math.max(0, min - 1), max - 1);
  const some = seq(item, blanks, more);
  const inside = max === 0 ? seq() : min === 0 ? optional(some) : some;
  return seq(literal('['), blanks, inside, literal(']'));
}

export const member = (key: Node, value: Node): Node => seq(key, blanks, literal(':'), blanks, value, blanks);

export const anyObject = (value: Node): Node => {
  const entry = member(anyString, value);
  return seq(
    literal('{'),
    blanks,
    optional(seq(entry, repeat(seq(literal(','), blanks, entry), 0, Number.POSITIVE_INFINITY))),
    literal('}'),
  );
};

/** Any JSON value. */
export const anyValue: Node = lazy(() => value);
const value: Node = alt(
  anyString,
  number,
  boolean,
  literal('null'),
  array(anyValue, 0, Number.POSITIVE_INFINITY),
  anyObject(anyValue),
);
