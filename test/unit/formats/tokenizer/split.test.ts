import fc from 'fast-check';
import { expect, it } from 'vitest';
import { preTokenizerName } from '../../../../src/formats/tokenizer/identify.js';
import { compileSplit, namedSplits, splitText } from '../../../../src/formats/tokenizer/split.js';

it('cuts words, numbers and signs as each family does', () => {
  expect(splitText("It's 2024!\n", namedSplits('qwen2'))).toEqual(['It', "'s", ' ', '2', '0', '2', '4', '!\n']);
  expect(splitText('in 12345', namedSplits('llama-bpe'))).toEqual(['in', ' ', '123', '45']);
  expect(splitText('in 12 a1', namedSplits('smollm'))).toEqual(['in', ' ', '1', '2', ' a', '1']);
  expect(splitText("IT'S", namedSplits('gpt-2'))).toEqual(['IT', "'", 'S']);
});

it('white space is Unicode’s, not JavaScript’s', () => {
  const pattern = [compileSplit('\\s+')];
  expect(splitText('a\u0085b', pattern)).toEqual(['a', '\u0085', 'b']);
  expect(splitText('a\ufeffb', pattern)).toEqual(['a\ufeffb']);
});

it('applies patterns one after the other', () => {
  expect(splitText('ab12c', [compileSplit('\\p{N}'), compileSplit('b')])).toEqual(['a', 'b', '1', '2', 'c']);
});

it('loses nothing', () => {
  for (const name of ['qwen2', 'llama-bpe', 'gpt-2'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => splitText(text, namedSplits(name)).join('') === text),
    );
});

it('names what it does not know', () => {
  expect(() => namedSplits('martian')).toThrow(/"martian"/);
  expect(() => compileSplit('a++')).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
});

it('a way of cutting is named only when it is exactly that way', () => {
  const name = (patterns: string[], whole = false) => preTokenizerName(patterns.map(compileSplit), whole);
  for (const known of ['qwen2', 'gpt-2', 'smollm', 'llama-bpe'])
    expect(preTokenizerName(namedSplits(known), known === 'llama-bpe')).toBe(known);
  expect(preTokenizerName(namedSplits('llama-bpe'), false)).toBe('smaug-bpe');
  expect(name(['\\p{N}{1,3}', '\\p{L}+'])).toBe(null);
  expect(name(['[0-9]+'])).toBe(null);
});
