import type { StoredVerdict } from '../../core/gate.js';
import { predictionLimits } from '../../stats/rate-interval.js';

/** The stored gate: one new measurement against earlier ones of the same fingerprint. Advisory until there are enough. */

export type StoredQuestion = {
  /** Earlier values, one a run, all of the same machine fingerprint, model and workload. */
  earlier: readonly number[];
  now: number;
  better: 'higher' | 'lower';
  alpha?: number;
  margin?: number;
  fingerprintDifferences?: readonly string[];
};

/** Below this many the estimate of the spread itself is too loose to block a build with. */
const BLOCKING_FROM = 20;
/** mean + t·s·√(1 + 1/K) needs a standard deviation, so at least two; three give it one spare degree of freedom. */
const FEWEST_EARLIER = 3;

export function storedVerdict(question: StoredQuestion): StoredVerdict {
  const { earlier, now, better, alpha = 0.01, margin = 0.05, fingerprintDifferences: different = [] } = question;
  const earlierCount = earlier.length;
  const base = { isBlocking: earlierCount >= BLOCKING_FROM, earlierCount, ratio: null, limit: null };
  if (different.length > 0)
    return { ...base, verdict: 'INVALID', reasons: [`Another machine or build: ${different.join(', ')}.`] };
  if (earlierCount < FEWEST_EARLIER)
    return {
      ...base,
      verdict: 'INCONCLUSIVE',
      reasons: [`${earlierCount} earlier measurements; ${FEWEST_EARLIER} are needed.`],
    };

  const expected = predictionLimits(earlier, alpha);
  const [ratio, limit] =
    better === 'higher'
      ? [now / expected.centre, expected.low / expected.centre]
      : [expected.centre / now, expected.centre / expected.high];
  const marginRatio = better === 'higher' ? 1 - margin : 1 / (1 + margin);
  const isSurprising = ratio < limit;
  const isMaterial = ratio <= marginRatio;
  const text = `now is ${ratio.toFixed(3)} of the centre of ${earlierCount} earlier runs; below ${limit.toFixed(3)} is surprising, at ${marginRatio.toFixed(3)} it matters.`;
  const verdict = isSurprising && isMaterial ? 'FAIL' : isMaterial ? 'INCONCLUSIVE' : 'PASS';
  return { ...base, verdict, reasons: [text], ratio, limit };
}
