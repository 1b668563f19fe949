/**
 * Wilcoxon's signed-rank test, exact. Under the null each difference is as likely to have one sign as the other; where a
 * fair coin decided the order inside each pair, that coin alone makes it true, whatever the noise looks like.
 * The null distribution is conditional on the observed ranks, so ties (mid-ranks) and zeros need no approximation.
 */

export type SignedRankTest = {
  /** Differences that are not zero: the ones whose sign the null flips. */
  flipped: number;
  /** Sum of the ranks of the positive differences. Zeros take part in the ranking and are then left out (Pratt 1959). */
  statistic: number;
  /** P(W ≤ observed): small when the differences are below zero. */
  pLess: number;
  /** P(W ≥ observed): small when the differences are above zero. */
  pGreater: number;
  /** Twice the smaller of both, at most 1. */
  pTwoSided: number;
};

export function signedRankTest(differences: readonly number[]): SignedRankTest {
  // Mid-ranks are halves: doubled they are whole numbers, and the sum can be counted exactly.
  const ranks = doubledRanks(differences);
  const kept = ranks.filter((_, i) => differences[i] !== 0);
  const observed = ranks.reduce((sum, rank, i) => (differences[i]! > 0 ? sum + rank : sum), 0);
  const pmf = rankSumPmf(kept);
  const pLess = sumRange(pmf, 0, observed);
  const pGreater = sumRange(pmf, observed, pmf.length - 1);
  return {
    flipped: kept.length,
    statistic: observed / 2,
    pLess,
    pGreater,
    pTwoSided: Math.min(1, 2 * Math.min(pLess, pGreater)),
  };
}

/** Twice the mid-rank of each |difference|, in the order given. */
function doubledRanks(differences: readonly number[]): number[] {
  const order = differences.map((d, i) => ({ size: Math.abs(d), i })).sort((a, b) => a.size - b.size);
  const ranks = new Array<number>(differences.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]!.size === order[from]!.size) to++;
    for (let k = from; k <= to; k++) ranks[order[k]!.i] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** P(sum of a random subset of the ranks = s) for s = 0…total: one convolution a rank. */
export function rankSumPmf(ranks: readonly number[]): Float64Array {
  const pmf = new Float64Array(ranks.reduce((a, b) => a + b, 0) + 1);
  pmf[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    for (let s = reach + rank; s >= 0; s--) pmf[s] = 0.5 * ((pmf[s] ?? 0) + (s >= rank ? pmf[s - rank]! : 0));
    reach += rank;
  }
  return pmf;
}

function sumRange(pmf: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let s = from; s <= to; s++) sum += pmf[s]!;
  return Math.min(1, sum);
}

const cdfCache = new Map<number, Float64Array>();

/** P(W ≤ w) for n untied ranks 1…n, w = 0…n(n+1)/2. Cached: gates ask for the same few n again and again. */
export function untiedCdf(n: number): Float64Array {
  const cached = cdfCache.get(n);
  if (cached) return cached;
  const cdf = rankSumPmf(Array.from({ length: n }, (_, i) => i + 1));
  for (let w = 1; w < cdf.length; w++) cdf[w]! += cdf[w - 1]!;
  cdfCache.set(n, cdf);
  return cdf;
}

/** The largest w with P(W ≤ w) ≤ alpha for n untied ranks, or −1 when even W = 0 is likelier than alpha (2^−n > alpha). */
export function signedRankCritical(n: number, alpha: number): number {
  const cdf = untiedCdf(n);
  let w = -1;
  while (w + 1 < cdf.length && cdf[w + 1]! <= alpha) w++;
  return w;
}
