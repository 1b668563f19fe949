import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, SHAPES } from './spec.js';

export function contextChart({ context }: ReportView): ChartSpec | null {
  if (context.length === 0) return null;
  return {
    id: 'kv-cache',
    title: t('contextChart'),
    x: { title: t('contextAxis'), format: 'count', scale: 'log2' },
    y: { title: t('kvAxis'), format: 'gib', scale: 'linear', fromZero: true },
    series: context.map(({ kvType, points }, index) => ({
      name: { en: kvType, zh: kvType },
      color: index,
      shape: SHAPES[index % SHAPES.length]!,
      line: true,
      points: points.map(({ tokens, kvBytes }) => ({
        ...{ x: tokens, y: kvBytes / 1024 ** 3, label: { en: `${tokens} tokens`, zh: `${tokens} 词元` } },
      })),
    })),
    marks: [],
    height: 300,
  };
}
