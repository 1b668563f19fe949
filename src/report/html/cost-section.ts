import { formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import type { Text } from '../texts/text.js';
import type { MachineCost } from '../view/cost.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { estimateCell } from './estimate.js';
import { columnHeads, section } from './finding-sections.js';
import { html, type Markup } from './html.js';

/** The fastest Pareto points; the CSV has all. */
const MOST_ROWS = 25;

export function costSection(view: ReportView): Markup {
  const { currency = '' } = view.options.cost ?? {};
  const rows = view.costs
    .slice(0, MOST_ROWS)
    .map(
      ({ configuration, cost }) =>
        html`<tr><th scope="row">${labelText(configuration.candidate)}</th>${estimateCell(cost.generatedTokensPerSecond, 'rate')}${estimateCell(cost.pricePerMillion, 'money', currency)}${estimateCell(cost.kilowattHoursPerMillion, 'kilowattHours')}</tr>`,
    );
  const numbers = ['colRate', 'colPrice', 'colEnergy'] as const;
  return section(
    'cost',
    html`<p>${t('costLead')}</p>
<ul class="small">${costNotes(view).map((note) => html`<li>${note}</li>`)}</ul>
${rows.length > 0 && html`<div class="scroll"><table>${columnHeads(['colConfiguration', ...numbers], numbers)}<tbody>${rows}</tbody></table></div>`}
${ownershipTable(view)}`,
  );
}

/** Where the figures come from, or what is missing for them. */
function costNotes({ costs, options, ownership }: ReportView): Text[] {
  const { pricePerHour, watts } = options.cost ?? {};
  const sources = new Set(costs.map(({ cost }) => cost.energySource));
  return [
    ...(pricePerHour === undefined ? [t('priceMissing')] : []),
    ...(sources.has('measured') ? [t('energyMeasured')] : []),
    ...(sources.has('given') ? [t('energyGiven', { watts: watts ?? 0 })] : []),
    ...(sources.has('measured') || sources.has('given') ? [] : [t('energyMissing')]),
    ...(ownership ? [] : [t('ownershipMissing')]),
  ];
}

function ownershipTable({ ownership }: ReportView): Markup | null {
  if (!ownership) return null;
  const { currency, months, cpu, gpu, saved } = ownership;
  const numbers = ['colPurchase', 'colMonthly', 'colTotal', 'colRate', 'colPrice'] as const;
  const money = (value: number): Markup => html`<td class="number">${currency}${formatValue('money', value)}</td>`;
  const row = (name: Text, cost: MachineCost): Markup =>
    html`<tr><th scope="row">${name}</th>${money(cost.purchase)}${money(cost.monthly)}${money(cost.total)}${estimateCell(cost.tokensPerSecond, 'rate')}${estimateCell(cost.pricePerMillion, 'money', currency)}</tr>`;
  return html`<h3>${t('ownership', { months })}</h3>
${saved !== null && html`<p class="finding">${t(saved >= 0 ? 'ownershipSaved' : 'ownershipLost', { share: formatValue('share', Math.abs(saved)) })}</p>`}
<div class="scroll"><table>${columnHeads(['colWhat', ...numbers], numbers)}<tbody>${row(t('rowCpu'), cpu)}${row(t('rowGpu'), gpu)}</tbody></table></div>
<p class="small">${t('ownershipNote')}</p>`;
}
