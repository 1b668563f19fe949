import type { Random } from '../../core/random.js';
import { mean } from './sample.js';

/** Up to 2^16 patterns are counted one by one; above that they are drawn. */
const ENUMERATE_UP_TO = 16;

export type SignFlipTest = { pLess: number; pGreater: number; pTwoSided: number; isExact: boolean };

/**
 * Fisher's randomisation test of paired differences: how extreme is the mean among all 2^n ways the coins of the pairs
 * could have fallen? Exact up to 16 differences, else by `draws` seeded draws counted with the observed one (Davison & Hinkley 4.11).
 */
export function signFlipTest(differences: readonly number[], random: Random, draws = 20_000): SignFlipTest {
  const isExact = differences.length <= ENUMERATE_UP_TO;
  const means = isExact ? allFlippedMeans(differences) : drawnMeans(differences, random, draws);
  const observed = mean(differences);
  // Sums of the same numbers in another order differ in the last bits: those are equal, not extreme.
  const tolerance = 1e-12 * mean(differences.map(Math.abs));
  const share = (isExtreme: (m: number) => boolean): number => means.filter(isExtreme).length / means.length;
  return {
    pLess: share((m) => m <= observed + tolerance),
    pGreater: share((m) => m >= observed - tolerance),
    pTwoSided: share((m) => Math.abs(m) >= Math.abs(observed) - tolerance),
    isExact,
  };
}

function allFlippedMeans(differences: readonly number[]): number[] {
  let sums = [0];
  for (const d of differences) sums = sums.flatMap((s) => [s + d, s - d]);
  return sums.map((s) => s / differences.length);
}

function drawnMeans(differences: readonly number[], random: Random, draws: number): number[] {
  const flipped = (): number => mean(differences.map((d) => (random() < 0.5 ? d : -d)));
  return [mean(differences), ...Array.from({ length: draws }, flipped)];
}
