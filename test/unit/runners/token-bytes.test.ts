import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenBytes, type Vocabulary } from '../../../src/runners/token-bytes.js';

/** GGUF token types. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const build = (kind: string, entries: [string, number][]) => {
  const vocabulary: Vocabulary = { kind, tokens: entries.map(([t]) => t), types: entries.map(([, type]) => type) };
  const bytesOf = createTokenBytes(vocabulary);
  return (token: number, special = false): Uint8Array => bytesOf(token, { special });
};

describe('byte-level BPE', () => {
  const bytesOf = build('gpt2', [
    ['Hello', NORMAL],
    ['Ġworld', NORMAL],
    ['Ċ', NORMAL],
    ['ä½', NORMAL],
    ['ł', NORMAL],
    ['<｜User｜>', CONTROL],
    ['<think>', USER_DEFINED],
    ['éü', USER_DEFINED],
  ]);

  it('reads the alphabet that stands for bytes', () => {
    expect(text(bytesOf(0))).toBe('Hello');
    expect(text(bytesOf(1))).toBe(' world');
    expect(text(bytesOf(2))).toBe('\n');
  });

  it('joins a character whose bytes lie in two tokens', () => {
    // 你 is E4 BD A0: ä½ stands for E4 BD, ł for A0.
    expect([...bytesOf(3)]).toEqual([0xe4, 0xbd]);
    expect([...bytesOf(4)]).toEqual([0xa0]);
    expect(text(Buffer.concat([bytesOf(3), bytesOf(4)]))).toBe('你');
  });

  it('renders control tokens only when asked', () => {
    expect(bytesOf(5)).toHaveLength(0);
    expect(text(bytesOf(5, true))).toBe('<｜User｜>');
  });

  it('takes tokens that a user added as they are written', () => {
    expect(text(bytesOf(6))).toBe('<think>');
    expect(text(bytesOf(7))).toBe('éü');
  });

  it('gives no bytes for an id outside the vocabulary', () => {
    expect(bytesOf(8)).toHaveLength(0);
    expect(bytesOf(-1, true)).toHaveLength(0);
  });

  it('gives back any bytes written in the alphabet', () => {
    // GPT-2's rule, written apart from the code under test.
    const printable = [...Array(256).keys()].filter((b) => (b > 32 && b < 127) || (b > 160 && b !== 173));
    const rest = [...Array(256).keys()].filter((b) => !printable.includes(b));
    const letter = (byte: number): string =>
      String.fromCodePoint(printable.includes(byte) ? byte : 256 + rest.indexOf(byte));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const token = build('gpt2', [[Array.from(bytes, letter).join(''), NORMAL]]);
        expect([...token(0)]).toEqual([...bytes]);
      }),
    );
  });
});

describe('SentencePiece', () => {
  const bytesOf = build('llama', [
    ['<unk>', UNKNOWN],
    ['</s>', CONTROL],
    ['▁once', NORMAL],
    ['<0xF0>', BYTE],
    ['<0x9F>', BYTE],
    ['<0x0A>', NORMAL],
    ['▁▁', NORMAL],
    ['▁', USER_DEFINED],
  ]);

  it('reads the mark of a space, and byte tokens', () => {
    expect(text(bytesOf(2))).toBe(' once');
    expect([...bytesOf(3), ...bytesOf(4)]).toEqual([0xf0, 0x9f]);
    expect(text(bytesOf(6))).toBe('  ');
  });

  it('a normal token that looks like a byte is text', () => expect(text(bytesOf(5))).toBe('<0x0A>'));

  it('renders unknown and control tokens only when asked', () => {
    expect(bytesOf(0)).toHaveLength(0);
    expect(bytesOf(1)).toHaveLength(0);
    expect(text(bytesOf(0, true))).toBe('<unk>');
    expect(text(bytesOf(1, true))).toBe('</s>');
  });

  it('without types, knows byte tokens by their look', () => {
    const plain = createTokenBytes({ kind: 'llama', tokens: ['<0x41>', '▁a'], types: [] });
    expect([...plain(0, { special: false })]).toEqual([0x41]);
    expect(text(plain(1, { special: false }))).toBe(' a');
  });
});
