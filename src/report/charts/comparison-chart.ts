import { comparisonName } from '../texts/comparison-text.js';
import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { percent, percentLimits } from './percent.js';
import type { ChartSpec, Point } from './spec.js';

/** The recommended setting and the rules of thumb, each against the default settings. */
export function comparisonChart(view: ReportView): ChartSpec | null {
  const rows = view.comparisons.filter(({ id, ratio }) => ratio !== null || id === 'default');
  if (!rows.some(({ ratio }) => ratio)) return null;
  const points = rows.map((row, y): Point => {
    const label = comparisonName(row, view);
    const look = row.id === 'default' ? 'hollow' : 'filled';
    return { x: row.ratio ? percent(row.ratio.estimate) : 0, y, ...percentLimits(row.ratio), label, look, radius: 6 };
  });
  const color = (isChosen: boolean) => (isChosen ? ('accent' as const) : ('muted' as const));
  return {
    id: 'comparison',
    title: t('comparisonsChart'),
    x: { title: t('effectsAxis'), format: 'signedPercent', scale: 'linear' },
    y: { title: { en: '', zh: '' }, format: 'plain', scale: 'category', categories: points.map(({ label }) => label) },
    series: [true, false].map((isChosen) => ({
      name: t(isChosen ? 'chosen' : 'colSetting'),
      color: color(isChosen),
      shape: 'circle',
      line: false,
      whiskers: 'x',
      isUnnamed: true,
      points: points.filter((_, index) => (rows[index]?.id === 'chosen') === isChosen),
    })),
    marks: [{ axis: 'x', value: 0, label: { en: '', zh: '' }, color: 'muted' }],
    height: 90 + 44 * rows.length,
  };
}
