import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEncode } from '../../../../src/formats/tokenizer/encode.js';
import { findVocabulary } from '../../../../src/formats/tokenizer/find-vocabulary.js';
import { readTokenizerJson } from '../../../../src/formats/tokenizer/tokenizer-json.js';
import { createTokenBytes } from '../../../../src/runners/token-bytes.js';

/** A byte-level BPE of the form that Qwen2 exports have: letters, two merges, a control and an ordinary added token. */
const tokenizer = {
  added_tokens: [
    { id: 6, content: '<|end|>', special: true },
    { id: 7, content: '<think>', special: false },
  ],
  normalizer: { type: 'NFC' },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: "(?i:'s)|\\p{L}+|\\s+" }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  },
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, ab: 2, aba: 3, Ġ: 4, é: 5, Ã: 8, '©': 9, 'Ã©': 10 } as Record<string, number>,
    merges: ['a b', ['ab', 'a'], 'Ã ©'],
    ignore_merges: false,
  },
};

describe('tokenizer.json', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'r1tune-tokenizer-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (value: object, name = 'tokenizer.json'): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const encodeWith = (value: object) => createEncode(readTokenizerJson(write(value)));

  it('merges words, parses special tokens when told to, normalizes', () => {
    const encode = encodeWith(tokenizer);
    expect(encode('aba ab', { special: false })).toEqual([3, 4, 2]);
    expect(encode('ab<|end|>a<think>', { special: true })).toEqual([2, 6, 0, 7]);
    expect(encode('e\u0301', { special: false })).toEqual([10]);
  });

  it('merges that are written as pairs and as text are alike', () => {
    const pairs = { ...tokenizer, model: { ...tokenizer.model, merges: [['a', 'b'], 'ab a', ['Ã', '©']] } };
    expect(encodeWith(pairs)('ababa', { special: false })).toEqual(encodeWith(tokenizer)('ababa', { special: false }));
  });

  it('ignore_merges takes a word that is a token whole', () => {
    const model = { ...tokenizer.model, merges: ['b a', 'a b'], vocab: { ...tokenizer.model.vocab, ba: 11 } };
    expect(encodeWith({ ...tokenizer, model })('aba', { special: false })).toEqual([0, 11]);
    expect(encodeWith({ ...tokenizer, model: { ...model, ignore_merges: true } })('aba', { special: false })).toEqual([
      3,
    ]);
  });

  it('gives back the bytes', () => {
    const bytesOf = createTokenBytes(readTokenizerJson(write(tokenizer)));
    const text = (id: number) => Buffer.from(bytesOf(id, { special: true })).toString();
    expect([3, 4, 10, 6, 7].map(text)).toEqual(['aba', ' ', 'é', '<|end|>', '<think>']);
    expect(bytesOf(6, { special: false })).toHaveLength(0);
  });

  it.each([
    ['a WordPiece model', { model: { ...tokenizer.model, type: 'WordPiece' } }, /WordPiece/],
    ['a SentencePiece-like normalizer', { normalizer: { type: 'Prepend', prepend: '▁' } }, /Prepend/],
    ['no byte level', { pre_tokenizer: null }, /without ByteLevel/],
    ['a prefix space', { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }, /ByteLevel/],
  ])('refuses %s by name', (_, change, message) => {
    const path = write({ ...tokenizer, ...change });
    expect(() => readTokenizerJson(path)).toThrow(message);
    expect(() => readTokenizerJson(path)).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
  });

  it('a damaged file is named', () => {
    const path = join(folder, 'tokenizer.json');
    writeFileSync(path, '{"model": ');
    expect(() => readTokenizerJson(path)).toThrow(/tokenizer.json cannot be read as JSON/);
    write({ model: { type: 'BPE', vocab: 3 } });
    expect(() => readTokenizerJson(path)).toThrow(/no tokenizer.json/);
  });

  it('is found in the folder above the graph; ends come from the most deliberate config', () => {
    write(tokenizer);
    write({ bos_token_id: 1, eos_token_id: 5 }, 'config.json');
    write({ eos_token_id: [6, 7] }, 'generation_config.json');
    mkdirSync(join(folder, 'onnx'));
    const vocabulary = findVocabulary(join(folder, 'onnx', 'model_q4.onnx'));
    expect(vocabulary).toMatchObject({ bosToken: null, eosTokens: [6, 7] });
    write({ model: { bos_token_id: 2, eos_token_id: 6 } }, 'genai_config.json');
    expect(findVocabulary(join(folder, 'model.onnx'))).toMatchObject({ eosTokens: [6] });
  });

  it('begin-of-sentence is put in front when tokenizer_config.json or the post-processor says so', () => {
    const graph = join(folder, 'model.onnx');
    const single = [{ SpecialToken: { id: '<think>' } }, { Sequence: { id: 'A' } }];
    const adding = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, { type: 'TemplateProcessing', single }] };
    write({ bos_token_id: 1, eos_token_id: 5 }, 'config.json');
    write({ ...tokenizer, post_processor: { type: 'ByteLevel' } });
    expect(findVocabulary(graph).bosToken).toBe(null);
    write({ add_bos_token: true }, 'tokenizer_config.json');
    expect(findVocabulary(graph).bosToken).toBe(1);
    write({ ...tokenizer, post_processor: adding });
    expect(findVocabulary(graph).bosToken).toBe(7);
    write({ add_bos_token: false }, 'tokenizer_config.json');
    expect(findVocabulary(graph).bosToken).toBe(null);
  });

  it('ends are those of llama.cpp for the same texts', () => {
    write({
      ...tokenizer,
      added_tokens: [...tokenizer.added_tokens, { id: 11, content: '<|im_end|>', special: true }],
    });
    write({ eos_token_id: 5 }, 'config.json');
    expect(findVocabulary(join(folder, 'model.onnx')).eosTokens).toEqual([5, 6, 11]);
  });

  it('a vocabulary of 152,000 tokens fits on the stack', () => {
    const vocab = Object.fromEntries(Array.from({ length: 152_000 }, (_, id) => [`t${id}`, id]));
    expect(readTokenizerJson(write({ ...tokenizer, model: { ...tokenizer.model, vocab } })).tokens).toHaveLength(
      152_000,
    );
  });

  it('none at all is an error that says what to fetch', () => {
    expect(() => findVocabulary(join(folder, 'model.onnx'))).toThrow(/no tokenizer beside/);
  });
});
