import { axisName } from '../texts/axis-names.js';
import { t } from '../texts/index.js';
import { knobValue } from '../texts/knob-text.js';
import type { Text } from '../texts/text.js';
import type { Effect } from '../view/effects.js';
import type { ReportView } from '../view/view.js';
import { percent, percentLimits } from './percent.js';
import type { ChartSpec } from './spec.js';

export const effectName = ({ axis, value, reference }: Effect): Text =>
  t('effectName', {
    axis: axisName(axis),
    value: knobValue(axis, value),
    reference: knobValue(axis, reference),
  });

/** Effects of single knobs on one axis, so that sizes can be compared. */
export function effectsChart({ effects }: ReportView): ChartSpec | null {
  if (effects.length === 0) return null;
  const axes = [...new Set(effects.map(({ axis }) => axis))];
  const points = effects.map((effect, y) => ({
    ...{ x: percent(effect.ratio.estimate), y, ...percentLimits(effect.ratio), radius: 5, label: effectName(effect) },
  }));
  return {
    id: 'effects',
    title: t('effectsChart'),
    x: { title: t('effectsAxis'), format: 'signedPercent', scale: 'linear' },
    y: { title: { en: '', zh: '' }, format: 'plain', scale: 'category', categories: effects.map(effectName) },
    series: axes.map((axis, index) => ({
      name: axisName(axis),
      color: index,
      shape: 'circle',
      line: false,
      whiskers: 'x',
      isUnnamed: true,
      points: points.filter((_, at) => effects[at]?.axis === axis),
    })),
    marks: [{ axis: 'x', value: 0, label: { en: '', zh: '' }, color: 'muted' }],
    height: 80 + 30 * effects.length,
  };
}
