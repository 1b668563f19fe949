import type { Contrast, Verdict } from '../core/claims.js';
import type { Interval } from '../core/interval.js';
import { table } from '../core/table.js';
import { formatBytes, formatChange } from '../core/units.js';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  holds: 'holds here',
  'does-not-hold': 'does not hold here',
  'no-difference': 'no difference here',
  'cannot-test': 'cannot be tested here',
};

/** With a limit beyond these a change in percent is harder to read than a factor. */
const PERCENT_FROM = 0.67;
const PERCENT_TO = 1.5;

const asFactor = (value: number): string => `×${value.toFixed(value < 10 ? 2 : 1)}`;

/** A ratio as people read it, `+8.3 % (+6.1 % to +10.2 %, n = 8)` or `×0.28 (×0.27 to ×0.29, n = 8)`. */
export function ratioText({ estimate, low, high, n }: Interval): string {
  const isSmall = [estimate, low ?? 1, high ?? 1].every((value) => value > PERCENT_FROM && value < PERCENT_TO);
  const show = isSmall ? formatChange : asFactor;
  const limits = low === null || high === null ? 'no interval' : `${show(low)} to ${show(high)}`;
  return `${show(estimate)} (${limits}, n = ${n})`;
}

export const shareText = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

/** What a comparison showed, as a clause that follows its name. */
export function contrastText({ ratio, verdict, minimumDetectable, decides }: Contrast): string {
  if (!ratio) return 'no block holds both';
  const text = ratioText(ratio);
  if (verdict === 'cannot-test') return `${text}, too few blocks for a verdict`;
  if (verdict !== 'no-difference') return decides && verdict === 'does-not-hold' ? `${text}, not as claimed` : text;
  const seen = minimumDetectable === null ? '' : ` (< ${shareText(minimumDetectable)})`;
  return `no difference${seen}: ${text}`;
}

const DECIMALS: Readonly<Record<string, number>> = table({ 'tok/s': 1, ms: 0, CPUs: 2, '': 3 });

/** One number with its unit: bytes as GiB, milliseconds below 10 with a decimal. */
export function valueText(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(Math.round(value));
  const decimals = unit === 'ms' && value < 10 ? 1 : (DECIMALS[unit] ?? 1);
  return [value.toFixed(decimals), unit].filter(Boolean).join(' ');
}

export function levelText({ estimate, low, high, n }: Interval, unit: string): string {
  if (low === null || high === null) return valueText(estimate, unit);
  return `${valueText(estimate, unit)} (${valueText(low, unit)} to ${valueText(high, unit)}, n = ${n})`;
}

/** More clauses than this are no sentence: then only those that decide. */
const MOST_CLAUSES = 4;

/** The sentence of a claim whose comparisons say all. */
export function findingText(contrasts: readonly Contrast[]): string {
  const shown = contrasts.length > MOST_CLAUSES ? contrasts.filter((c) => c.decides) : contrasts;
  return `${shown.map((contrast) => `${contrast.name}: ${contrastText(contrast)}`).join('; ')}.`;
}

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
