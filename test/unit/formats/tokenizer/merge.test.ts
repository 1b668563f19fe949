import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeSymbols } from '../../../../src/formats/tokenizer/merge.js';

const ranks = (merges: readonly string[]) => {
  const table = new Map(merges.map((merge, rank) => [merge, rank]));
  return (left: string, right: string) => table.get(`${left} ${right}`);
};

/** The definition, step by step: scan for the best pair, join it, start anew. */
function plainMerge(symbols: string[], rankOf: (left: string, right: string) => number | undefined): string[] {
  let best: { rank: number; at: number } | undefined;
  for (let at = 0; at + 1 < symbols.length; at++) {
    const rank = rankOf(symbols[at]!, symbols[at + 1]!);
    if (rank !== undefined && (!best || rank < best.rank)) best = { rank, at };
  }
  if (!best) return symbols;
  const { at } = best;
  return plainMerge([...symbols.slice(0, at), symbols[at]! + symbols[at + 1]!, ...symbols.slice(at + 2)], rankOf);
}

it('merges by rank, not from left to right', () => {
  expect(mergeSymbols(['a', 'b', 'c'], ranks(['b c', 'a b']))).toEqual(['a', 'bc']);
  expect(mergeSymbols(['a', 'b', 'c'], ranks(['b c', 'a bc']))).toEqual(['abc']);
});

it('takes the leftmost of equal pairs', () => {
  expect(mergeSymbols(['a', 'a', 'a'], ranks(['a a']))).toEqual(['aa', 'a']);
});

it('nothing to merge', () => {
  expect(mergeSymbols([], ranks([]))).toEqual([]);
  expect(mergeSymbols(['x'], ranks(['x x']))).toEqual(['x']);
});

it('equals the definition for any merges and any word', () => {
  const part = fc.stringMatching(/^[ab]{1,3}$/);
  const merges = fc.uniqueArray(
    fc.tuple(part, part).map((pair) => pair.join(' ')),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(merges, fc.stringMatching(/^[ab]{0,20}$/), (list, word) => {
      expect(mergeSymbols([...word], ranks(list))).toEqual(plainMerge([...word], ranks(list)));
    }),
  );
});

it('a word of 20,000 equal letters takes no quadratic time', () => {
  const merges = Array.from({ length: 10 }, (_, i) => `${'a'.repeat(2 ** i)} ${'a'.repeat(2 ** i)}`);
  const start = performance.now();
  expect(mergeSymbols([...'a'.repeat(20_480)], ranks(merges))).toHaveLength(20);
  expect(performance.now() - start).toBeLessThan(2000);
});
