import { t } from '../texts/index.js';
import { same, type Text } from '../texts/text.js';
import type { NoisePoint } from '../view/noise-strip.js';
import type { ReportView } from '../view/view.js';
import { percent } from './percent.js';
import type { ChartSpec, Series } from './spec.js';

export function noiseChart({ noise }: ReportView): ChartSpec | null {
  const memory = series(t('memorySentinel'), 0, noise.points, ({ memory }) => memory && percent(memory));
  const compute = series(t('computeSentinel'), 1, noise.points, ({ compute }) => compute && percent(compute));
  const steal = series(t('steal'), 2, noise.points, ({ stealShare }) => stealShare && stealShare * 100);
  const all = [memory, { ...compute, shape: 'rect' as const }, { ...steal, shape: 'triangle' as const }];
  const shown = all.filter(({ points }) => points.length > 0);
  if (shown.length === 0) return null;
  const worst = (point: NoisePoint): number => Math.max(percent(point.memory ?? 1), (point.stealShare ?? 0) * 100);
  const voided = series(t('voidedMark'), 'serious', noise.points, (point) => (point.voided ? worst(point) : null));
  return {
    id: 'noise',
    title: t('noiseChart'),
    x: { title: t('trialAxis'), format: 'count', scale: 'linear', isWhole: true },
    y: { title: t('sentinelAxis'), format: 'percent', scale: 'linear' },
    series: [...(voided.points.length ? [{ ...ringed(voided), shape: 'circle' as const }] : []), ...shown],
    marks: [{ axis: 'y', value: 0, label: { en: '', zh: '' }, color: 'muted' }],
    height: 280,
  };
}

function series(
  name: Text,
  color: Series['color'],
  points: readonly NoisePoint[],
  pick: (point: NoisePoint) => number | null,
): Series {
  return {
    ...{ name, color, shape: 'circle', line: false },
    points: points.flatMap((point) => {
      const y = pick(point);
      return y === null ? [] : [{ x: point.trial, y, radius: 2, label: same(`#${point.trial}`) }];
    }),
  };
}

const ringed = (voided: Series): Series => ({
  ...voided,
  points: voided.points.map((point) => ({ ...point, radius: 8, look: 'hollow' })),
});
