import { median } from '../../stats/sample.js';
import { GATE_METRICS, gateValues } from './metrics.js';
import type { GatePairRecord } from './result.js';

/** How the two of a pair differed. */
export type PairChange = {
  pair: number;
  /** A ratio, oriented so that below 1 is worse. */
  ratio: number;
  isVoid: boolean;
};

const readOf = (outcome: GatePairRecord['baseline'], metric: string): number | null =>
  gateValues(outcome.metrics, [metric])[metric] ?? null;

/** Every pair that has this metric on both sides, in the order run, disturbed ones too. */
export function pairChanges(pairs: readonly GatePairRecord[], metric: string): PairChange[] {
  return pairs.flatMap(({ pair, isVoid, baseline, candidate }) => {
    const [before, now] = [readOf(baseline, metric), readOf(candidate, metric)];
    if (!before || !now) return [];
    return [{ pair, isVoid, ratio: GATE_METRICS[metric]!.better === 'higher' ? now / before : before / now }];
  });
}

/** Median of one side over the pairs that count; null where it gave no number. */
export function sideMedian(pairs: readonly GatePairRecord[], side: 'baseline' | 'candidate', metric: string) {
  const values = pairs.flatMap((pair) => (pair.isVoid ? [] : (readOf(pair[side], metric) ?? [])));
  return values.length === 0 ? null : median(values);
}
