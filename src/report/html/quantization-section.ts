import { speedOf } from '../../core/answer-speed.js';
import type { Quality } from '../../core/run-result.js';
import { CHARTS } from '../charts/index.js';
import { formatNumber, formatValue } from '../page/format.js';
import { speedKey } from '../texts/answer-text.js';
import { t } from '../texts/index.js';
import { levelName } from '../view/label.js';
import type { QuantRow } from '../view/quantization.js';
import type { ReportView } from '../view/view.js';
import { estimateCell } from './estimate.js';
import { figure } from './figure.js';
import { columnHeads, section } from './finding-sections.js';
import { heatTable } from './heat-section.js';
import { html, type Markup } from './html.js';

export const PARETO = {
  optimal: 'paretoOptimal',
  'possibly-optimal': 'paretoPossible',
  dominated: 'paretoDominated',
  'not-ranked': 'paretoNone',
} as const;

const SIZES = ['colMemory', 'colFile'] as const;
const QUALITIES = ['colPerplexity', 'colKl', 'colAgreement', 'colAccuracy'] as const;

export function quantizationSection(view: ReportView): Markup {
  const { isSynthetic, quantization: levels } = view;
  const { rows, isQualityMeasured, reason, text } = levels;
  const numbers = [speedKey(view.run.plan), ...SIZES, ...(isQualityMeasured ? QUALITIES : [])];
  return section(
    'quantization',
    html`${!isQualityMeasured && html`<p>${reason ? t('qualityUnmeasured', { reason: isSynthetic ? t('randomWeights') : reason }) : t('qualityAbsent')}</p>`}
${heatTable(view)}
${figure(CHARTS.quantization(view))}
<p class="small">${t('paretoNote')}${isQualityMeasured && html` ${t('qualityText', { text: text ?? t('builtInText') })}`}</p>
<div class="scroll"><table>${columnHeads(['colQuant', 'colPareto', ...numbers], numbers)}<tbody>${rows.map((one) => row(one, view))}</tbody></table></div>`,
  );
}

function row({ backend, quant, best, fileBytes, quality }: QuantRow, { run, quantization }: ReportView): Markup {
  return html`<tr><th scope="row">${levelName({ backend, quant })}</th><td class="word">${t(PARETO[best?.pareto ?? 'not-ranked'])}</td>${estimateCell(best && speedOf(best, run.plan), 'rate')}<td class="number">${formatValue('bytes', best?.peakRssBytes)}</td><td class="number">${formatValue('bytes', fileBytes)}</td>${quantization.isQualityMeasured && qualityCells(quality)}</tr>`;
}

function qualityCells(quality: Quality | null): Markup {
  if (!quality) return html`<td colspan="4" class="missing">${t('notAvailable')}</td>`;
  if (!quality.measurable) return html`<td colspan="4" class="missing">${t('notMeasurable')}</td>`;
  const { perplexity, klDivergence, top1Agreement, answerAccuracy } = quality;
  const number = (text: string): Markup => html`<td class="number">${text}</td>`;
  return html`${number(perplexity === null ? '–' : formatNumber(perplexity, 4))}${number(klDivergence === null ? '–' : formatNumber(klDivergence))}${number(formatValue('share', top1Agreement))}${number(formatValue('share', answerAccuracy))}`;
}
