import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord } from '../../../src/core/shell-word.js';

const read = (words: string[]): string =>
  spawnSync('sh', ['-c', `printf '%s\\0' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' }).stdout;

it('a shell reads back any words as they were', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab$`\'"\\! \n\t*?[]{}()<>|&;#~=%é模') });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
      expect(read(words)).toBe(words.map((one) => `${one}\0`).join(''));
    }),
    { numRuns: 100 },
  );
});

it('plain words stay plain', () => {
  expect(shellWord('results/20260301-080500/best.json')).toBe('results/20260301-080500/best.json');
  expect(shellWord("it's $HOME")).toBe(`"it's \\$HOME"`);
});
