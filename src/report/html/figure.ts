import type { Axis, ChartSpec, Point, Series } from '../charts/spec.js';
import { formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import { same, type Text } from '../texts/text.js';
import { html, type Markup } from './html.js';

/** More rows than this are in the tables and CSV files, where they can be sorted. */
const MOST_ROWS = 120;

/** A chart, its caption, and its numbers for those who cannot see it or run scripts. */
export function figure(spec: ChartSpec | null, hasTable = true): Markup | null {
  if (!spec) return null;
  return html`<figure class="chart" id="figure-${spec.id}">
<figcaption>${spec.title}</figcaption>
<div class="plot" data-chart="${spec.id}"><canvas role="img" aria-label="${spec.title.en}" tabindex="0"></canvas></div>
${hasTable && dataTable(spec)}
</figure>`;
}

function dataTable(spec: ChartSpec): Markup | null {
  const rows = spec.series.flatMap((series) => series.points.map((point) => ({ series, point })));
  if (rows.length > MOST_ROWS) return null;
  const hasInterval = rows.some(({ point }) => typeof point.low === 'number');
  const hasNames = spec.series.filter((series) => !series.isUnnamed).length > 1;
  return html`<details class="data"><summary>${t('chartData')}</summary><div class="scroll"><table>
<thead><tr>${hasNames && html`<th scope="col">${t('colSeries')}</th>`}${heading(spec, 'x')}${heading(spec, 'y')}${
    hasInterval && html`<th scope="col" class="number">${t('colInterval')}</th>`
  }</tr></thead>
<tbody>${rows.map(
    ({
      series,
      point,
    }) => html`<tr>${hasNames && html`<th scope="row">${series.name}</th>`}${cell(spec.x, point.x)}${cell(
      spec.y,
      point.y,
    )}${hasInterval && html`<td class="number">${limits(spec, series, point)}</td>`}</tr>
`,
  )}</tbody></table></div></details>`;
}

function heading(spec: ChartSpec, name: 'x' | 'y'): Markup {
  const axis = spec[name];
  if (axis.scale === 'category') return html`<th scope="col">${t('colWhat')}</th>`;
  return html`<th scope="col" class="number">${axis.title}</th>`;
}

function cell(axis: Axis, value: number): Markup {
  if (axis.scale === 'category') return html`<th scope="row">${axis.categories?.[value] ?? same('')}</th>`;
  return html`<td class="number">${formatValue(axis.format, value)}</td>`;
}

function limits(spec: ChartSpec, series: Series, { low, high }: Point): Text {
  const axis = spec[series.whiskers ?? 'y'];
  if (typeof low !== 'number' || typeof high !== 'number') return same('–');
  return same(`${formatValue(axis.format, low)} … ${formatValue(axis.format, high)}`);
}
