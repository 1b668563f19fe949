import type { Interval } from '../../core/interval.js';
import { type FormatName, formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import { intervalText, limitsText } from '../texts/interval-text.js';
import type { Text } from '../texts/text.js';
import { html, type Markup } from './html.js';

/** A table cell with an estimate and, smaller, its interval. */
export function estimateCell(interval: Interval | null, format: FormatName, prefix = ''): Markup {
  if (!interval) return html`<td class="number missing">${t('notAvailable')}</td>`;
  const limits = limitsText(interval, format, prefix);
  return html`<td class="number">${prefix}${formatValue(format, interval.estimate)}${limits && html` <small>${limits}</small>`}</td>`;
}

/** A card: what it is, the number, how sure, and what it is compared with. */
export function card(name: Text, value: Text | string, note: Text | string | null, beside: Text | null = null): Markup {
  return html`<div class="card"><dt>${name}</dt><dd><b class="value">${value}</b>${note && html`<small>${note}</small>`}${beside && html`<small class="beside">${beside}</small>`}</dd></div>`;
}

export function intervalCard(
  name: Text,
  interval: Interval | null,
  format: FormatName,
  prefix = '',
  beside: Text | null = null,
): Markup {
  if (!interval) return card(name, t('notAvailable'), null);
  const note = intervalText(interval, format, prefix);
  return card(name, `${prefix}${formatValue(format, interval.estimate)}`, note, beside);
}
