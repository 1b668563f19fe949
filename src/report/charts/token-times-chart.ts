import { t } from '../texts/index.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, SHAPES } from './spec.js';

/** Inter-token latencies of the recommended and the default configuration. */
export function tokenTimesChart({ tokenTimes, answer }: ReportView): ChartSpec | null {
  if (tokenTimes.length === 0) return null;
  return {
    id: 'token-times',
    title: t('tokenTimesChart'),
    x: { title: t('tokenTimesAxis'), format: 'ms', scale: 'linear' },
    y: { title: t('tokenShareAxis'), format: 'percent', scale: 'linear', fromZero: true },
    series: tokenTimes.map(({ configuration, bins }, index) => ({
      name: t(configuration === answer.chosen ? 'chosen' : 'default'),
      color: configuration === answer.chosen ? 'accent' : 'muted',
      shape: SHAPES[index]!,
      line: true,
      points: bins.map(({ ms, share }) => ({
        ...{ x: ms, y: 100 * share, radius: 2, label: labelText(configuration.candidate) },
      })),
    })),
    marks: [],
    height: 300,
  };
}
