import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import type { ChartSpec } from './spec.js';

export function bandwidthChart({ run }: ReportView): ChartSpec | null {
  const { bandwidth } = run.machine;
  if (!bandwidth || bandwidth.points.length === 0) return null;
  const point = ({ threads, medianBytesPerSecond, bestBytesPerSecond }: (typeof bandwidth.points)[number]) => ({
    ...{ x: threads, y: medianBytesPerSecond / 1e9, low: medianBytesPerSecond / 1e9, high: bestBytesPerSecond / 1e9 },
    label: { en: `${threads} threads`, zh: `${threads} 线程` },
  });
  const steady = bandwidth.points.filter(({ isContended }) => !isContended);
  const contended = bandwidth.points.filter(({ isContended }) => isContended);
  const knee = bandwidth.kneeThreads;
  return {
    id: 'bandwidth',
    title: t('bandwidthChart'),
    x: { title: t('threadsAxis'), format: 'count', scale: 'linear', isWhole: true },
    y: { title: t('bandwidthAxis'), format: 'gigabytes', scale: 'linear', fromZero: true },
    series: [
      {
        ...{ name: t('bandwidthMedian'), color: 0, shape: 'circle', line: true, whiskers: 'y' },
        points: steady.map(point),
      },
      ...(contended.length
        ? [
            {
              ...{ name: t('bandwidthContended'), color: 1, shape: 'crossRot' as const, line: false },
              points: contended.map((one) => ({ ...point(one), radius: 6 })),
            },
          ]
        : []),
    ],
    marks: knee === null ? [] : [{ axis: 'x', value: knee, label: t('knee', { threads: knee }), color: 0 }],
    height: 300,
  };
}
