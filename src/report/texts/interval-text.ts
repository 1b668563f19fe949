import type { Interval } from '../../core/interval.js';
import { type FormatName, formatValue } from '../page/format.js';
import { t } from './index.js';
import type { Text } from './text.js';

export const levelText = (level: number): string => `${Math.round(level * 1000) / 10} %`;

/** "(12.1 tok/s … 12.9 tok/s)", "(n = 1)" without limits, nothing for a number that is exact. `prefix` is a currency. */
export function limitsText({ low, high, n }: Interval, format: FormatName, prefix = ''): string {
  if (low === null || high === null) return n > 0 ? `(n = ${n})` : '';
  return `(${prefix}${formatValue(format, low)} … ${prefix}${formatValue(format, high)})`;
}

/** "12.5 tok/s (12.1 tok/s … 12.9 tok/s)". */
export const estimateText = (interval: Interval, format: FormatName, prefix = ''): string =>
  `${prefix}${formatValue(format, interval.estimate)} ${limitsText(interval, format, prefix)}`.trimEnd();

/** "12.1 tok/s to 12.9 tok/s (95 %, n = 8)", or that there is no interval. `prefix` stands before amounts: a currency. */
export function intervalText(interval: Interval, format: FormatName, prefix = ''): Text {
  const { low, high, level, n } = interval;
  if (low === null || high === null) return t('intervalNone', { n });
  return t('intervalNote', {
    ...{ low: `${prefix}${formatValue(format, low)}`, high: `${prefix}${formatValue(format, high)}` },
    ...{ level: levelText(level), n },
  });
}
