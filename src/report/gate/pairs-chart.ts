import type { ChartSpec, Point, Series } from '../charts/spec.js';
import { same } from '../texts/text.js';

/** What the chart of a gate's pairs shows: ratios, oriented so that below 1 is worse. */
export type PairsChart = {
  metric: string;
  verdict: string;
  pairs: readonly { pair: number; ratio: number; isVoid: boolean }[];
  /** The ratio at which a loss matters. */
  marginRatio: number;
  /** Estimated ratio; null before the first look. */
  ratio: number | null;
};

const percentOf = (ratio: number): number => (ratio - 1) * 100;

/** The pairs of a gate one after another, with no change, the margin and the estimate as lines. */
export function pairsChart({ metric, verdict, pairs, marginRatio, ratio }: PairsChart): ChartSpec {
  const points = (isVoid: boolean): Point[] =>
    pairs.flatMap((pair, i) =>
      pair.isVoid === isVoid
        ? [
            {
              x: i + 1,
              y: percentOf(pair.ratio),
              label: same(`pair ${pair.pair + 1}`),
              look: isVoid ? 'hollow' : 'filled',
            },
          ]
        : [],
    );
  const counted: Series = {
    ...{ name: same('Pairs that count'), color: 'accent', shape: 'circle', line: false },
    points: points(false),
  };
  const voided: Series = {
    ...{ name: same('Disturbed, run again'), color: 'serious', shape: 'crossRot', line: false },
    points: points(true),
  };
  return {
    id: `pairs-${metric}`,
    title: same(`${metric}: candidate against baseline, pair by pair (${verdict})`),
    x: { title: same('Pair, in the order run'), format: 'count', scale: 'linear', isWhole: true },
    y: { title: same('Change, % (below 0 is worse)'), format: 'percent', scale: 'linear' },
    series: voided.points.length > 0 ? [counted, voided] : [counted],
    marks: [
      { axis: 'y', value: 0, label: same(''), color: 'muted' },
      { axis: 'y', value: percentOf(marginRatio), label: same('margin'), color: 'serious' },
      ...(ratio === null
        ? []
        : [{ axis: 'y' as const, value: percentOf(ratio), label: same('estimate'), color: 'text' as const }]),
    ],
    height: 280,
  };
}
