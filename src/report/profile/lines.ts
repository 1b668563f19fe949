import type { Interval } from '../../core/interval.js';
import { type FormatName, formatValue } from '../page/format.js';

/** Rows of `name  value`, names padded to one width. */
export function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`.trimEnd());
}

/** "33.3 tok/s (33.1 tok/s … 33.5 tok/s, 95 %, n = 38)" */
export function estimateText(interval: Interval, format: FormatName): string {
  const { estimate, low, high, level, n } = interval;
  const limits =
    low === null || high === null
      ? `no interval, n = ${n}`
      : `${formatValue(format, low)} … ${formatValue(format, high)}, ${Math.round(level * 100)} %, n = ${n}`;
  return `${formatValue(format, estimate)} (${limits})`;
}
