import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEncode } from '../../../../src/formats/tokenizer/encode.js';
import { readGgufVocabulary } from '../../../../src/formats/tokenizer/gguf-vocabulary.js';

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const entry = (key: string, type: number, ...value: Buffer[]): Buffer =>
  Buffer.concat([text(key), u32(type), ...value]);
const list = (key: string, type: number, values: Buffer[]): Buffer =>
  entry(key, 9, u32(type), u64(values.length), ...values);

const TOKENS = ['<unk>', '<s>', '</s>', '<0x21>', '▁', 'a', 'b', '▁a', 'ab'];
const SENTENCE_PIECE = [
  entry('tokenizer.ggml.model', 8, text('llama')),
  list('tokenizer.ggml.tokens', 8, TOKENS.map(text)),
  list(
    'tokenizer.ggml.scores',
    6,
    [0, 0, 0, 0, -9, -8, -7, -1, -2].map((s) => Buffer.from(Float32Array.of(s).buffer)),
  ),
  list('tokenizer.ggml.token_type', 5, [2, 3, 3, 6, 1, 1, 1, 1, 1].map(u32)),
  entry('tokenizer.ggml.bos_token_id', 4, u32(1)),
  entry('tokenizer.ggml.eos_token_id', 4, u32(2)),
];
const file = (entries: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(entries.length), ...entries]);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-gguf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (bytes: Buffer): string => {
  const path = join(folder, 'vocab.gguf');
  writeFileSync(path, bytes);
  return path;
};

it('reads a SentencePiece vocabulary and encodes with it: scores, byte tokens, unknown, space prefix', () => {
  const vocabulary = readGgufVocabulary(write(file(SENTENCE_PIECE)));
  expect(vocabulary).toMatchObject({
    kind: 'llama',
    tokens: TOKENS,
    bosToken: 1,
    eosTokens: [2],
    addsSpacePrefix: true,
  });
  const encode = createEncode(vocabulary);
  // ▁a scores above ab, so it is merged first.
  expect(encode('ab!?', { special: false })).toEqual([7, 6, 3, 0]);
  expect(encode('</s>a', { special: true })).toEqual([2, 7]);
});

it('add_space_prefix false is heeded', () => {
  const path = write(file([...SENTENCE_PIECE, entry('tokenizer.ggml.add_space_prefix', 7, Buffer.of(0))]));
  expect(createEncode(readGgufVocabulary(path))('ab', { special: false })).toEqual([8]);
});

it('begin-of-sentence is left out when the file says so', () => {
  const path = write(file([...SENTENCE_PIECE, entry('tokenizer.ggml.add_bos_token', 7, Buffer.of(0))]));
  expect(readGgufVocabulary(path).bosToken).toBe(null);
});

it('every truncation is one clear error', () => {
  const whole = file(SENTENCE_PIECE);
  for (let length = 0; length < whole.length; length++)
    expect(() => readGgufVocabulary(write(whole.subarray(0, length)))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
});

it('no vocabulary, or one of another kind, is named', () => {
  expect(() => readGgufVocabulary(write(file([])))).toThrow(/holds no vocabulary/);
  const bert = [entry('tokenizer.ggml.model', 8, text('bert')), list('tokenizer.ggml.tokens', 8, [text('a')])];
  expect(() => readGgufVocabulary(write(file(bert)))).toThrow(/kind "bert"/);
});
