import { formatValue } from '../page/format.js';
import { speedKey } from '../texts/answer-text.js';
import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { html, type Markup } from './html.js';

/** Threads against quantization, the fastest configuration of each pair; the darker, the faster. */
export function heatTable({ heat, run }: ReportView): Markup | null {
  if (!heat) return null;
  const rows = heat.rows.map(
    ({ level, cells }) =>
      html`<tr><th scope="row">${level}</th>${cells.map((cell) =>
        cell
          ? html`<td class="number heat-${cell.tenth}">${formatValue('rate', cell.rate.estimate)}</td>`
          : html`<td class="number missing">–</td>`,
      )}</tr>`,
  );
  return html`<h3>${t('heat')}</h3><p class="small">${t('heatLead', { speed: t(speedKey(run.plan)) })}</p>
<div class="scroll"><table class="heat"><thead><tr><th scope="col">${t('colQuant')}</th>${heat.threads.map(
    (threads) => html`<th scope="col" class="number">${threads} ${t('threadsAxis')}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
