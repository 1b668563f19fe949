import { alt, literal, type Node, oneOf, ranges, seq } from './grammar.js';

/** The characters inside a JSON string (RFC 8259) as bytes of UTF-8 (RFC 3629), cut after their first byte. */

const tail = ranges([0x80, 0xbf]);
const hex = oneOf('0123456789abcdefABCDEF');
/** Escapes by number leave out the surrogates D800 to DFFF. */
const numbered = seq(
  literal('u'),
  alt(seq(oneOf('0123456789abcefABCEF'), hex), seq(oneOf('dD'), oneOf('01234567'))),
  hex,
  hex,
);
const escaped = alt(oneOf('"\\/bfnrt'), numbered);

/** Without halves of surrogate pairs and overlong forms. */
const TAILS: readonly [low: number, high: number, rest: Node][] = [
  [0x5c, 0x5c, escaped],
  [0xc2, 0xdf, tail],
  [0xe0, 0xe0, seq(ranges([0xa0, 0xbf]), tail)],
  [0xe1, 0xec, seq(tail, tail)],
  [0xed, 0xed, seq(ranges([0x80, 0x9f]), tail)],
  [0xee, 0xef, seq(tail, tail)],
  [0xf0, 0xf0, seq(ranges([0x90, 0xbf]), tail, tail)],
  [0xf1, 0xf3, seq(tail, tail, tail)],
  [0xf4, 0xf4, seq(ranges([0x80, 0x8f]), tail, tail)],
];
const REST_OF = Array.from({ length: 256 }, (_, byte) => TAILS.find(([low, high]) => byte >= low && byte <= high)?.[2]);

/** A byte that is a whole character of a string as it stands. */
export const isPlainByte = (byte: number): boolean => byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c;

/** What follows the first byte of a longer character or of an escape; undefined when none begins so. */
export const afterLeadByte = (byte: number): Node | undefined => REST_OF[byte];
