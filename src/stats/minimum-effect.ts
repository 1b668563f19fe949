import { normalQuantile } from './normal.js';
import { tQuantile } from './student-t.js';

export type EffectQuestion = {
  /** Standard deviation of the paired log-ratios (the noise floor of the machine). */
  sdOfDifferences: number;
  pairs: number;
  /** One-sided level of the test. */
  alpha: number;
  /** Probability of seeing it. */
  power?: number;
  /** The loss below which the gate does not speak, a share. */
  margin?: number;
};

/** Asymptotic efficiency of the Hodges–Lehmann estimate against the mean for normal data: √(π/3). */
const HL_SPREAD = Math.sqrt(Math.PI / 3);

/**
 * The smallest slow-down, a share (0.062 is −6.2 %), that `pairs` pairs show with probability `power`. It must be both
 * significant (a t test needs t₁₋α + t_power standard errors) and material (the estimate itself must pass the margin).
 * Null when the pairs are too few to show any effect, however large.
 */
export function minimumDetectableEffect(question: EffectQuestion): number | null {
  const { sdOfDifferences, pairs, alpha, power = 0.9, margin = 0 } = question;
  // 2^−n is the smallest p of the signed-rank test.
  if (pairs < 2 || 2 ** -pairs > alpha) return null;
  const standardError = sdOfDifferences / Math.sqrt(pairs);
  const significant = (tQuantile(1 - alpha, pairs - 1) + tQuantile(power, pairs - 1)) * standardError;
  const material = -Math.log1p(-margin) + normalQuantile(power) * HL_SPREAD * standardError;
  return -Math.expm1(-Math.max(significant, material));
}
