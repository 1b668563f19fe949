import { mergeSymbols } from './merge.js';
import { splitText } from './split.js';
import { TOKEN_TYPE, type Vocabulary } from './vocabulary.js';

export type Encode = (text: string, options: { special: boolean }) => number[];

/**
 * Text → ids as llama.cpp gives them, without adding BOS or EOS. With `special`, control tokens written in the text become
 * their ids; user-defined tokens always do. Tables are built at the first call, since a trial never tokenizes.
 */
export function createEncode(vocabulary: Vocabulary): Encode {
  let encoders: { special: Encode; plain: Encode } | undefined;
  return (text, options) => {
    encoders ??= buildEncoders(vocabulary);
    return (options.special ? encoders.special : encoders.plain)(text, options);
  };
}

function buildEncoders(vocabulary: Vocabulary): { special: Encode; plain: Encode } {
  const ids = new Map<string, number>();
  // Of equal texts the later id wins, as in llama.cpp's token_to_id map.
  vocabulary.tokens.forEach((token, id) => {
    ids.set(token, id);
  });
  const { control, unknown, userDefined } = TOKEN_TYPE;
  const encodeWords = vocabulary.kind === 'llama' ? sentencePiece(vocabulary, ids) : byteLevel(vocabulary, ids);
  const encoder = (types: readonly number[]): Encode => {
    const pattern = specialPattern(vocabulary, types);
    return (text) => {
      const pieces = pattern ? text.split(pattern) : [text];
      // A capturing split gives ordinary text at even places and special tokens at odd ones.
      return pieces.flatMap((piece, i) => (i % 2 === 1 ? [ids.get(piece)!] : piece === '' ? [] : encodeWords(piece)));
    };
  };
  return { special: encoder([control, unknown, userDefined]), plain: encoder([userDefined]) };
}

/** Matches any token of these types, the longest first. */
function specialPattern({ tokens, types }: Vocabulary, wanted: readonly number[]): RegExp | null {
  const texts = tokens.filter((token, id) => token !== '' && wanted.includes(types[id] ?? TOKEN_TYPE.normal));
  if (texts.length === 0) return null;
  const escaped = texts
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`);
}

/** Words repeat: their ids are kept, up to a bound that keeps a hostile text from filling the memory. */
const MOST_WORDS_KEPT = 65536;

function byteLevel(vocabulary: Vocabulary, ids: ReadonlyMap<string, number>): (text: string) => number[] {
  const ranks = new Map(vocabulary.merges.map((merge, rank) => [merge, rank]));
  const alphabet = Array.from({ length: 256 }, (_, byte) => byteCharacter(byte));
  const known = new Map<string, number[]>();
  const encodeWord = (word: string): number[] => {
    const text = Array.from(Buffer.from(word, 'utf8'), (byte) => alphabet[byte]!);
    const whole = vocabulary.keepsWholeWords ? ids.get(text.join('')) : undefined;
    if (whole !== undefined) return [whole];
    const symbols = mergeSymbols(text, (left, right) => ranks.get(`${left} ${right}`));
    return symbols.flatMap((symbol) => lookUp(symbol, ids, vocabulary.unknownToken));
  };
  return (text) => {
    const normalized = vocabulary.normalization === null ? text : text.normalize(vocabulary.normalization);
    return splitText(normalized, vocabulary.splits).flatMap((word) => {
      const found = known.get(word) ?? encodeWord(word);
      if (known.size >= MOST_WORDS_KEPT) known.clear();
      known.set(word, found);
      return found;
    });
  };
}

/** A symbol that is no token becomes its characters; those that are no tokens either become the unknown token, if any. */
function lookUp(symbol: string, ids: ReadonlyMap<string, number>, unknownToken: number | null): number[] {
  const id = ids.get(symbol);
  if (id !== undefined) return [id];
  return Array.from(symbol, (character) => ids.get(character) ?? unknownToken).filter((found) => found !== null);
}

/** GPT-2's byte alphabet: printable bytes stand for themselves, the other 68 for the code points from 256 on. */
function byteCharacter(byte: number): string {
  if ((byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174) return String.fromCodePoint(byte);
  const before = byte < 33 ? byte : byte < 161 ? byte - 127 + 33 : 33 + 34;
  return String.fromCodePoint(256 + before);
}

function sentencePiece(vocabulary: Vocabulary, ids: ReadonlyMap<string, number>): (text: string) => number[] {
  const rank = (left: string, right: string): number | undefined => {
    const id = ids.get(left + right);
    return id === undefined ? undefined : -(vocabulary.scores[id] ?? 0);
  };
  const bytesOf = (character: string): number[] =>
    Array.from(Buffer.from(character, 'utf8'), (byte) => {
      const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
      return ids.get(name) ?? vocabulary.unknownToken;
    }).filter((id) => id !== null);
  return (text) => {
    const spaced = (vocabulary.addsSpacePrefix ? ` ${text}` : text).replaceAll(' ', '▁');
    return mergeSymbols(Array.from(spaced), rank).flatMap((symbol) => ids.get(symbol) ?? bytesOf(symbol));
  };
}
