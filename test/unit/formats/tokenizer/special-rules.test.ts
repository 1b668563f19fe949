import { describe, expect, it } from 'vitest';
import { addsBos, endTokens } from '../../../../src/formats/tokenizer/special-rules.js';

describe('tokens that end an answer', () => {
  const ends = (tokens: string[], ...named: number[]) => endTokens(tokens, named).map((id) => tokens[id]);

  it('are those the file names, and those llama.cpp knows by their text', () => {
    expect(ends(['<|endoftext|>', '<|im_start|>', '<|im_end|>', 'a', 'z'], 4)).toEqual([
      '<|endoftext|>',
      '<|im_end|>',
      'z',
    ]);
    expect(ends(['<eos>', '<end_of_turn>', '<start_of_turn>'])).toEqual(['<eos>', '<end_of_turn>']);
    expect(ends(['<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|fim_prefix|>'])).toEqual([
      '<|fim_pad|>',
      '<|repo_name|>',
      '<|file_sep|>',
    ]);
  });

  it("a message's end is no answer's end where an answer has several messages", () => {
    expect(ends(['<|return|>', '<|call|>', '<|end|>'])).toEqual(['<|return|>', '<|call|>']);
    expect(ends(['<|end|>', '<|assistant|>'])).toEqual(['<|end|>']);
  });

  it('ids out of the vocabulary are none', () => {
    expect(ends(['a'], 7, -1)).toEqual([]);
  });
});

it('begin-of-sentence is put in front when the file says so, else as llama.cpp does by kind', () => {
  expect(addsBos('gpt2', 'qwen2', true)).toBe(true);
  expect(addsBos('llama', 'default', false)).toBe(false);
  expect(addsBos('gpt2', 'smollm', undefined)).toBe(false);
  expect(addsBos('gpt2', 'llama-bpe', undefined)).toBe(true);
  expect(addsBos('llama', undefined, undefined)).toBe(true);
});
