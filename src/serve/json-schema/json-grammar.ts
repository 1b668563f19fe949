import { alt, EMPTY, lazy, literal, type Node, oneOf, optional, repeat, seq, text } from './grammar.js';

/** The pieces of JSON (RFC 8259) as bytes of UTF-8. */

/** Deepest indentation: models may write on several lines, but a weak one would otherwise fall into endless blanks. */
const MOST_INDENTATION = 20;
/** Longest part of a number before it could not be read back exactly. */
const MOST_DIGITS = 15;

/** What a model puts between its thinking and its answer. */
export const afterThinking = repeat(literal('\n'), 0, 2);
/** Around members and items: nothing, a blank, or a new line with its indentation. */
export const gap = alt(EMPTY, literal(' '), seq(literal('\n'), repeat(oneOf(' \t'), 0, MOST_INDENTATION)));
const digit = oneOf('0123456789');
/** A string of `min` to `max` characters (code points). */
export const string = (min: number, max: number): Node => seq(literal('"'), text(min, max), literal('"'));
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
