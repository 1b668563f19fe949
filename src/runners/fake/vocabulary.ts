import type { FakeScript } from './script.js';

export const EOS = 256;
export const BOS = 257;
const EOS_TEXT = '<｜end▁of▁sentence｜>';
const BOS_TEXT = '<｜begin▁of▁sentence｜>';

/** A byte-level vocabulary with whole words, split characters and special tokens. */
export type Vocabulary = {
  size: number;
  bytesOf(token: number, special: boolean): Uint8Array;
  tokenize(text: string, special: boolean): number[];
};

type Entry = { bytes: Buffer; isSpecial: boolean };

export function buildVocabulary(script: FakeScript['vocabulary']): Vocabulary {
  const entries: Entry[] = Array.from({ length: 256 }, (_, byte) => ({ bytes: Buffer.from([byte]), isSpecial: false }));
  const add = (bytes: Buffer, isSpecial: boolean) => entries.push({ bytes, isSpecial });
  for (const text of [EOS_TEXT, BOS_TEXT, ...script.specials]) add(Buffer.from(text), true);
  for (const text of script.pieces) add(Buffer.from(text), false);
  for (const hex of script.splitPieces) add(Buffer.from(hex, 'hex'), false);
  const byFirstByte = indexByFirstByte(entries);
  const empty = new Uint8Array();
  return {
    size: entries.length,
    bytesOf(token, special) {
      const entry = entries[token];
      return entry && (special || !entry.isSpecial) ? entry.bytes : empty;
    },
    tokenize: (text, special) => longestMatch(Buffer.from(text), entries, byFirstByte, special),
  };
}

/** First byte → ids of longer tokens, the longest first. */
function indexByFirstByte(entries: readonly Entry[]): Map<number, number[]> {
  const index = new Map<number, number[]>();
  for (let id = 256; id < entries.length; id++) {
    const first = entries[id]!.bytes[0]!;
    index.set(first, [...(index.get(first) ?? []), id]);
  }
  for (const ids of index.values()) ids.sort((a, b) => entries[b]!.bytes.length - entries[a]!.bytes.length);
  return index;
}

function longestMatch(text: Buffer, entries: readonly Entry[], index: Map<number, number[]>, special: boolean) {
  const tokens: number[] = [];
  for (let at = 0; at < text.length; ) {
    const fits = (id: number): boolean => {
      const { bytes, isSpecial } = entries[id]!;
      return (special || !isSpecial) && text.subarray(at, at + bytes.length).equals(bytes);
    };
    const token = index.get(text[at]!)?.find(fits) ?? text[at]!;
    tokens.push(token);
    at += entries[token]!.bytes.length;
  }
  return tokens;
}
