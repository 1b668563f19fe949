import type { Interval } from '../../core/interval.js';
import { type FormatName, formatValue } from '../page/format.js';
import { t } from './index.js';
import type { Text } from './text.js';

export const levelText = (level: number): string => `${Math.round(level * 1000) / 10} %`;

/** "12.1 tok/s to 12.9 tok/s (95 %, n = 8)", or that there is no interval. */
export function intervalText(interval: Interval, format: FormatName): Text {
  const { low, high, level, n } = interval;
  if (low === null || high === null) return t('intervalNone', { n });
  return t('intervalNote', {
    ...{ low: formatValue(format, low), high: formatValue(format, high) },
    ...{ level: levelText(level), n },
  });
}
