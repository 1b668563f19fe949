import type { Verdict } from '../core/claims.js';
import type { Interval } from '../core/interval.js';

/** What a claim says about a ratio of two arms. 1 is "it makes no difference". */
export type Expectation =
  | { kind: 'more' }
  | { kind: 'less' }
  /** Any difference at all. */
  | { kind: 'change' }
  /** A difference of about this size, if there is one. */
  | { kind: 'between'; least: number; most: number }
  /** This size, where nobody expects 1: an interval around 1 refutes it as well. */
  | { kind: 'size'; least: number; most: number };

const hasLimits = (ratio: Interval): ratio is Interval & { low: number; high: number } =>
  ratio.low !== null && ratio.high !== null;

/**
 * The verdict of one comparison. No difference is shown while the interval holds 1: so an arm compared with itself gets
 * another verdict with at most the error probability of the interval. (A `size` is never asked of an arm and itself.)
 */
export function judge(ratio: Interval, expected: Expectation): Verdict {
  if (!hasLimits(ratio)) return 'cannot-test';
  if (expected.kind === 'size' && !agrees(ratio, expected)) return 'does-not-hold';
  if (ratio.low <= 1 && ratio.high >= 1) return 'no-difference';
  return agrees(ratio, expected) ? 'holds' : 'does-not-hold';
}

function agrees({ low, high }: { low: number; high: number }, expected: Expectation): boolean {
  if (expected.kind === 'more') return low > 1;
  if (expected.kind === 'less') return high < 1;
  if (expected.kind === 'change') return true;
  return low <= expected.most && high >= expected.least;
}

/**
 * The verdict over the deciding comparisons of a claim: it holds where at least one shows it and none shows the contrary.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  const order = ['does-not-hold', 'holds', 'no-difference'] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'cannot-test';
}

export function expectationText(expected: Expectation): string {
  if (expected.kind === 'more') return 'more than 1';
  if (expected.kind === 'less') return 'less than 1';
  if (expected.kind === 'change') return 'other than 1';
  return `${expected.least.toFixed(2)} to ${expected.most.toFixed(2)}`;
}

/** `ratio`, give or take a share of it. */
export const about = (ratio: number, tolerance: number): { least: number; most: number } => ({
  least: ratio * (1 - tolerance),
  most: ratio * (1 + tolerance),
});
