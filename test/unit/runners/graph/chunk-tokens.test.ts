import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkTokens } from '../../../../src/runners/graph/chunk-tokens.js';

it('short contexts take the whole batch, long ones less', () => {
  expect(chunkTokens(0, 512, 12)).toBe(512);
  expect(chunkTokens(3900, 512, 12)).toBe(330);
  expect(chunkTokens(32_000, 512, 12)).toBe(43);
  expect(chunkTokens(1_000_000, 512, 12)).toBe(16);
  expect(chunkTokens(1_000_000, 8, 12)).toBe(8);
});

it('the scores of a chunk fit in 64 MiB, and those of one token more would not', () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.integer({ min: 1, max: 64 }), (past, heads) => {
      const bytes = (n: number) => 4 * heads * n * (past + n);
      const n = chunkTokens(past, 1e9, heads);
      if (n > 16) expect(bytes(n)).toBeLessThanOrEqual(64 << 20);
      expect(bytes(n + 1)).toBeGreaterThan((64 << 20) * (1 - 1e-9));
    }),
  );
});
