import { t } from '../texts/index.js';
import { same } from '../texts/text.js';
import { levelName } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, SHAPES } from './spec.js';

export function loadChart({ startUp }: ReportView): ChartSpec | null {
  const { loads } = startUp;
  if (loads.length === 0) return null;
  const names = loads.map((load) => same(levelName(load)));
  return {
    id: 'load',
    title: t('loadChart'),
    x: { title: t('loadAxis'), format: 'seconds', scale: 'linear', fromZero: true },
    y: { title: { en: '', zh: '' }, format: 'plain', scale: 'category', categories: names },
    series: [
      {
        ...{ name: t('load'), color: 0, shape: 'circle', line: false, whiskers: 'x', isUnnamed: true },
        points: loads.map(({ loadMs }, y) => ({
          ...{ x: loadMs.estimate / 1000, y, radius: 5, label: names[y]!, n: loadMs.n },
          low: loadMs.low === null ? null : loadMs.low / 1000,
          high: loadMs.high === null ? null : loadMs.high / 1000,
        })),
      },
    ],
    marks: [],
    height: 80 + 34 * loads.length,
  };
}

export function warmUpChart({ startUp }: ReportView): ChartSpec | null {
  if (startUp.warmUps.length === 0) return null;
  return {
    id: 'warm-up',
    title: t('warmUpChart'),
    x: { title: t('stepAxis'), format: 'count', scale: 'linear', isWhole: true },
    y: { title: t('slownessAxis'), format: 'times', scale: 'linear', fromZero: true },
    series: startUp.warmUps.map(({ backend, steps }, index) => ({
      name: same(backend),
      color: index,
      shape: SHAPES[index % SHAPES.length]!,
      line: true,
      whiskers: 'y',
      points: steps.map(({ step, ratio, low, high, trials }) => ({
        ...{ x: step, y: ratio, low, high, n: trials, label: same(`#${step}`) },
      })),
    })),
    marks: [{ axis: 'y', value: 1, label: { en: '', zh: '' }, color: 'muted' }],
    height: 300,
  };
}
