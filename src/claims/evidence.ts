import type { Contrast, FactRow } from '../core/claims.js';
import type { Interval } from '../core/interval.js';
import type { Outcome } from '../core/outcome.js';
import type { Comparison, Design } from './design.js';
import { comparisonLevel } from './error-rate.js';
import { expectationText, judge } from './expectation.js';
import { METRICS, type MetricName, readMetric } from './metrics.js';
import type { Statistics } from './statistics.js';

/** The trials of a claim that count, by arm and block, and what they say. */
export type Evidence = {
  design: Design;
  /** Every comparison of the design, in its order. */
  contrasts: readonly Contrast[];
  /** One number a trial, null ones left out. */
  values(arm: string, metric: MetricName): number[];
  trials(arm: string): readonly Outcome[];
  /** Mean of an arm with its 95 % interval, or null without a trial. */
  level(arm: string, metric: MetricName): Interval | null;
  /** One arm over another from the blocks that hold both, at the level of the deciding comparisons. */
  ratio(arm: string, reference: string, metric: MetricName): Interval | null;
  statistics: Statistics;
};

const REPORT_LEVEL = 0.95;

export type ArmTrial = { arm: string; block: number; outcome: Outcome };

/** @param trials measured trials that count, at most one an arm and block */
export function gatherEvidence(design: Design, trials: readonly ArmTrial[], statistics: Statistics): Evidence {
  const decidingLevel = comparisonLevel(design.comparisons.filter((c) => c.decides).length);
  const byPlace = new Map(trials.map(({ arm, block, outcome }) => [`${block}/${arm}`, outcome]));
  const number = (arm: string, metric: MetricName, block: number): number | null => {
    const outcome = byPlace.get(`${block}/${arm}`);
    const value = outcome ? readMetric(outcome, metric) : null;
    return value !== null && value > 0 ? value : null;
  };
  const blocks = [...new Set(trials.map((t) => t.block))];
  const logRatios = ({ arm, reference, metric }: Pick<Comparison, 'arm' | 'reference' | 'metric'>): number[] =>
    blocks.flatMap((block) => {
      const own = number(arm, metric, block);
      const other = reference === null ? 1 : number(reference, metric, block);
      return own === null || other === null ? [] : [Math.log(own / other)];
    });
  const values = (arm: string, metric: MetricName): number[] =>
    blocks.flatMap((block) => number(arm, metric, block) ?? []);
  const contrast = (comparison: Comparison): Contrast => {
    const level = comparison.decides ? decidingLevel : REPORT_LEVEL;
    const logs = logRatios(comparison);
    const ratio = logs.length > 0 ? statistics.ratio(logs, level) : null;
    return {
      name: comparison.name,
      metric: METRICS[comparison.metric].words,
      ratio,
      minimumDetectable: statistics.minimumDetectable(logs, level),
      expected: expectationText(comparison.expected),
      verdict: ratio ? judge(ratio, comparison.expected) : 'cannot-test',
      decides: comparison.decides,
    };
  };
  return {
    design,
    contrasts: design.comparisons.map(contrast),
    values,
    trials: (arm) => trials.filter((t) => t.arm === arm).map((t) => t.outcome),
    level: (arm, metric) => {
      const own = values(arm, metric);
      return own.length > 0 ? statistics.level(own, REPORT_LEVEL) : null;
    },
    ratio: (arm, reference, metric) => {
      const logs = logRatios({ arm, reference, metric });
      return logs.length > 0 ? statistics.ratio(logs, decidingLevel) : null;
    },
    statistics,
  };
}

/** The levels a design asks to report, those that were measured. */
export function levelFacts({ design, level }: Evidence): FactRow[] {
  return design.arms.flatMap(({ name }) =>
    design.levels.flatMap((metric) => {
      const value = level(name, metric);
      const { words, unit } = METRICS[metric];
      return value ? [{ name: `${name}: ${words}`, unit, value, note: null }] : [];
    }),
  );
}
