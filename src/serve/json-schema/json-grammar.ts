import { alt, lazy, literal, type Node, oneOf, optional, ranges, repeat, seq } from './grammar.js';

/** The pieces of JSON (RFC 8259) as bytes of UTF-8. */

/** Deepest indentation: models may write on several lines, but a weak one would otherwise fall into endless blanks. */
const MOST_INDENTATION = 20;
/** Longest part of a number before it could not be read back exactly. */
const MOST_DIGITS = 15;

/** Before the answer: what a model puts after its thinking. */
export const opening = repeat(literal('\n'), 0, 2);
/** Around members and items: nothing, a blank, or a new line with its indentation. */
export const gap = alt(seq(), literal(' '), seq(literal('\n'), repeat(oneOf(' \t'), 0, MOST_INDENTATION)));
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

export const comma = seq(literal(','), gap);

/** Items between brackets, separated by commas. */
export function array(item: Node, min: number, max: number): Node {
  const more = repeat(seq(comma, item), Math.max(0, min - 1), max - 1);
  const some = seq(gap, item, more, gap);
  const inside = max === 0 ? gap : min === 0 ? alt(gap, some) : some;
  return seq(literal('['), inside, literal(']'));
}

export const member = (key: Node, value: Node): Node => seq(key, literal(':'), optional(literal(' ')), value);

export const anyObject = (value: Node): Node => {
  const entry = member(anyString, value);
  const more = repeat(seq(comma, entry), 0, Number.POSITIVE_INFINITY);
  return seq(literal('{'), alt(gap, seq(gap, entry, more, gap)), literal('}'));
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
