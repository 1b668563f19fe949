export type FormatName =
  | 'plain'
  | 'count'
  | 'money'
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
  | 'signedPercent'
  | 'times'
  | 'joules'
  | 'kilowattHours';

/** Three significant digits (or `digits`), thousands grouped, never an exponent. */
export function formatNumber(value: number, digits?: number): string;
/** A number on an axis: as short as it is exact, without its unit. */
export function formatTick(value: number): string;
export const FORMATS: Readonly<Record<FormatName, (value: number) => string>>;
/** The value with its unit, or a dash for null. */
export function formatValue(name: FormatName, value: number | null | undefined): string;
