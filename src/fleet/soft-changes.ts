import type { SoftChange } from '../core/fleet-summary.js';
import { groupBy } from '../core/group-by.js';
import type { Fingerprint } from '../core/machine.js';
import { mean, standardDeviation } from '../stats/sample.js';
import { tQuantile } from '../stats/student-t.js';
import type { Scored } from './spread.js';

/** Fewer machines have no spread of their own. */
const FEWEST_MACHINES = 3;

/**
 * Did a new kernel or microcode slow a part of the kind? Each value of a soft fact against the most usual one, by Welch's interval on
 * the logs; `alpha` is shared by all comparisons (Bonferroni), so that the family errs at most so often.
 */
export function softChanges(scored: readonly Scored[], alpha: number): SoftChange[] {
  const tested = scored.filter((one): one is Scored & { score: number } => one.score !== null);
  const facts = Object.keys(tested[0]?.machine.machine.fingerprint.soft ?? {}) as (keyof Fingerprint['soft'])[];
  const pairs = facts.flatMap((fact) => {
    const groups = [...groupBy(tested, ({ machine }) => JSON.stringify(machine.machine.fingerprint.soft[fact]))]
      .map(([value, own]) => ({ value: JSON.parse(value) as string | null, scores: own.map(({ score }) => score) }))
      .filter(({ scores }) => scores.length >= FEWEST_MACHINES)
      .sort((a, b) => b.scores.length - a.scores.length);
    const [usual, ...others] = groups;
    return others.map((other) => ({ fact, usual: usual!, other }));
  });
  return pairs.map(({ fact, usual, other }): SoftChange => {
    const ratio = welchRatio(other.scores, usual.scores, 1 - alpha / pairs.length);
    return {
      fact,
      value: other.value,
      against: usual.value,
      machines: other.scores.length,
      others: usual.scores.length,
      ratio,
      isShown: ratio.high! < 1 || ratio.low! > 1,
    };
  });
}

/** exp of the difference of two means with Welch's degrees of freedom (Welch 1947). */
function welchRatio(first: readonly number[], second: readonly number[], level: number): SoftChange['ratio'] {
  const [a, b] = [standardDeviation(first) ** 2 / first.length, standardDeviation(second) ** 2 / second.length];
  const freedom = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  const difference = mean(first) - mean(second);
  const reach = a + b > 0 ? tQuantile((1 + level) / 2, freedom) * Math.sqrt(a + b) : 0;
  return {
    estimate: Math.exp(difference),
    low: Math.exp(difference - reach),
    high: Math.exp(difference + reach),
    level,
    n: first.length + second.length,
  };
}
