import { table } from '../../../core/table.js';
import {
  type CharacterSet,
  characters,
  complement,
  DIGITS,
  LAST_CODE_POINT,
  NO_LINE_END,
  SPACE,
  union,
  WORD,
} from './characters.js';
import { type Expression, PatternError } from './expression.js';

const CLASSES: Record<string, CharacterSet> = table({
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
});
const CONTROLS: Record<string, string> = table({ n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' });
const MOST_REPEATS = 1000;
const MOST_NESTING = 50;

/**
 * The regular part of ECMAScript's patterns (with the `u` flag): no references back, no looking behind, no word edges.
 * Throws `PatternError`.
 */
export function parsePattern(source: string): Expression {
  const reader = new Reader([...source]);
  const expression = alternatives(reader, 0);
  if (reader.next !== undefined) throw new PatternError(`has a "${reader.next}" without its beginning`);
  return expression;
}

class Reader {
  private at = 0;
  constructor(private readonly source: readonly string[]) {}

  get next(): string | undefined {
    return this.source[this.at];
  }
  take(): string {
    const character = this.source[this.at++];
    if (character === undefined) throw new PatternError('ends too early');
    return character;
  }
  /** Takes this text when it comes next. */
  skips(text: string): boolean {
    const isNext = [...text].every((character, i) => this.source[this.at + i] === character);
    if (isNext) this.at += [...text].length;
    return isNext;
  }
  until(end: string): string {
    let text = '';
    while (!this.skips(end)) text += this.take();
    return text;
  }
}

function alternatives(reader: Reader, depth: number): Expression {
  if (depth > MOST_NESTING) throw new PatternError('is nested too deep');
  const parts = [sequence(reader, depth)];
  while (reader.skips('|')) parts.push(sequence(reader, depth));
  return parts.length === 1 ? parts[0]! : { kind: 'alt', parts };
}

function sequence(reader: Reader, depth: number): Expression {
  const parts: Expression[] = [];
  while (reader.next !== undefined && reader.next !== '|' && reader.next !== ')')
    parts.push(repeated(atom(reader, depth), reader));
  return parts.length === 1 ? parts[0]! : { kind: 'seq', parts };
}

function repeated(part: Expression, reader: Reader): Expression {
  const bounds = quantifier(reader);
  if (!bounds) return part;
  if (part.kind === 'start' || part.kind === 'end' || part.kind === 'look')
    throw new PatternError('repeats what has no characters');
  reader.skips('?');
  const [min, max] = bounds;
  if (min > max) throw new PatternError(`has a repetition from ${min} to ${max}`);
  if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Number.POSITIVE_INFINITY))
    throw new PatternError(`repeats more than ${MOST_REPEATS} times`);
  return repeated({ kind: 'repeat', part, min, max }, reader);
}

function quantifier(reader: Reader): [number, number] | undefined {
  if (reader.skips('*')) return [0, Number.POSITIVE_INFINITY];
  if (reader.skips('+')) return [1, Number.POSITIVE_INFINITY];
  if (reader.skips('?')) return [0, 1];
  if (!reader.skips('{')) return undefined;
  const text = reader.until('}');
  const [, min, comma, max] = /^(\d{1,9})(?:(,)(\d{1,9})?)?$/.exec(text) ?? [];
  if (min === undefined) throw new PatternError(`has a repetition that is not understood: {${text}}`);
  return [Number(min), comma ? (max === undefined ? Number.POSITIVE_INFINITY : Number(max)) : Number(min)];
}

function atom(reader: Reader, depth: number): Expression {
  const character = reader.take();
  if (character === '(') return group(reader, depth);
  if (character === '[') return { kind: 'set', set: bracket(reader) };
  if (character === '.') return { kind: 'set', set: NO_LINE_END };
  if (character === '^') return { kind: 'start' };
  if (character === '$') return { kind: 'end' };
  if (character === '\\') return { kind: 'set', set: escaped(reader, false) };
  if ('*+?'.includes(character)) throw new PatternError(`has a "${character}" with nothing to repeat`);
  return { kind: 'set', set: characters(character) };
}

function group(reader: Reader, depth: number): Expression {
  let isNegative: boolean | undefined;
  if (reader.skips('?<=') || reader.skips('?<!')) throw new PatternError('looks behind, which cannot be enforced');
  if (reader.skips('?=')) isNegative = false;
  else if (reader.skips('?!')) isNegative = true;
  else if (reader.skips('?<')) reader.until('>');
  else if (reader.skips('?') && !reader.skips(':')) throw new PatternError('has a group that is not understood');
  const part = alternatives(reader, depth + 1);
  if (!reader.skips(')')) throw new PatternError('has a group without an end');
  return isNegative === undefined ? part : { kind: 'look', part, isNegative };
}

function bracket(reader: Reader): CharacterSet {
  const isNegative = reader.skips('^');
  const sets: CharacterSet[] = [];
  while (!reader.skips(']')) {
    const low = member(reader);
    if (!reader.skips('-')) {
      sets.push(low);
      continue;
    }
    if (reader.skips(']')) return bracketed([...sets, low, characters('-')], isNegative);
    sets.push(range(low, member(reader)));
  }
  return bracketed(sets, isNegative);
}

function bracketed(sets: readonly CharacterSet[], isNegative: boolean): CharacterSet {
  const set = union(...sets);
  return isNegative ? complement(set) : set;
}

const member = (reader: Reader): CharacterSet => {
  const character = reader.take();
  return character === '\\' ? escaped(reader, true) : characters(character);
};

function range(low: CharacterSet, high: CharacterSet): CharacterSet {
  const [from, to] = [single(low), single(high)];
  // A class at one end, as in [\w-.]: the dash stands for itself.
  if (from === undefined || to === undefined) return union(low, characters('-'), high);
  if (from > to) throw new PatternError('has a range that runs backwards');
  return [[from, to]];
}

const single = (set: CharacterSet): number | undefined =>
  set.length === 1 && set[0]![0] === set[0]![1] ? set[0]![0] : undefined;

function escaped(reader: Reader, isInBracket: boolean): CharacterSet {
  const character = reader.take();
  const known = CLASSES[character];
  if (known) return known;
  if (character === 'b' && isInBracket) return characters('\b');
  if (Object.hasOwn(CONTROLS, character)) return characters(CONTROLS[character]!);
  if (character === 'x') return codePoint(reader.take() + reader.take());
  if (character === 'u')
    return codePoint(reader.skips('{') ? reader.until('}') : Array.from({ length: 4 }, () => reader.take()).join(''));
  if (/[A-Za-z0-9]/.test(character)) throw new PatternError(`uses \\${character}, which cannot be enforced`);
  return characters(character);
}

function codePoint(hex: string): CharacterSet {
  const value = /^[0-9a-fA-F]{1,6}$/.test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
  if (!(value <= LAST_CODE_POINT)) throw new PatternError(`has a character code that is not understood: ${hex}`);
  return [[value, value]];
}
