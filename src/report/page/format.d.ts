export type FormatName =
  | 'plain'
  | 'count'
  | 'rate'
  | 'ms'
  | 'seconds'
  | 'bytes'
  | 'gib'
  | 'gigabytes'
  | 'bandwidth'
  | 'share'
  | 'percent'
  | 'change'
  | 'threads'
  | 'joules'
  | 'kilowattHours';

/** Three significant digits (or `digits`), thousands grouped, never an exponent. */
export function formatNumber(value: number, digits?: number): string;
export const FORMATS: Readonly<Record<FormatName, (value: number) => string>>;
/** The value with its unit, or a dash for null. */
export function formatValue(name: FormatName, value: number | null | undefined): string;
