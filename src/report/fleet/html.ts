import type { Across, FleetKindSummary, FleetSummary, FleetTaskSummary } from '../../core/fleet-summary.js';
import { figure } from '../html/figure.js';
import { columnHeads, section } from '../html/finding-sections.js';
import { html, type Markup } from '../html/html.js';
import { framePage, type Section } from '../html/page-frame.js';
import { scriptTexts } from '../html/table-data.js';
import { type FormatName, formatValue } from '../page/format.js';
import { type TextKey, t } from '../texts/index.js';
import type { Language, Text } from '../texts/text.js';
import { labelText } from '../view/label.js';
import { fleetCharts, frontierChart, spreadChart } from './charts.js';
import * as findings from './findings.js';
import { MACHINE_KEYS, machineTable } from './machine-table.js';
import { kindNames, machineName, priced, rangeText, taskText } from './names.js';

/** The report of a fleet as one HTML file that loads nothing. */
export const fleetPage = (summary: FleetSummary, language: Language): string =>
  framePage({
    language,
    title: { en: 'r1-tune fleet', zh: 'r1-tune 机群' },
    name: t('fleet')[language],
    facts: [['fleet', html`${factsText(summary)}`]],
    sections: sections(summary),
    charts: fleetCharts(summary),
    texts: scriptTexts(MACHINE_KEYS),
    tables: { fleetMachines: machineTable(summary) },
  });

export const factsText = ({ machines, runs, tasks, unmeasured }: FleetSummary): Text =>
  t('fleetFacts', {
    machines,
    runs,
    kinds: new Set(tasks.flatMap(({ kinds }) => kinds.map(({ kind }) => kind))).size + unmeasured.length,
  });

function sections(summary: FleetSummary): Section[] {
  const { within, currency, falseAlarms } = summary;
  const share = formatValue('share', falseAlarms);
  return [
    {
      key: 'fleetAnswer',
      body: section(
        'fleetAnswer',
        html`${lines(findings.fleetNotes(summary))}${perTask(summary, (task) => answerBlock(task, currency ?? ''))}<p class="small">${t('fleetAnswerNote')}</p>`,
      ),
    },
    { key: 'fleetCost', body: section('fleetCost', costBody(summary)) },
    {
      key: 'fleetSpread',
      body: section(
        'fleetSpread',
        html`${perTask(summary, (task, i) => html`${lines(findings.spreadFindings(task))}${figure(spreadChart(task, i))}`)}<p class="small">${t('fleetSpreadNote', { share })}</p>`,
      ),
    },
    { key: 'fleetChanges', body: changesSection(summary, share) },
    {
      key: 'fleetShared',
      body: section(
        'fleetShared',
        perTask(summary, (task) => sharedBlock(task, within)),
      ),
    },
    {
      key: 'fleetMachines',
      body: section('fleetMachines', html`<div class="table-host" data-table="fleetMachines"></div>`),
    },
    { key: 'fleetGates', body: gatesSection(summary) },
    { key: 'fleetSetAside', body: setAsideSection(summary) },
  ];
}

const lines = (texts: readonly Text[]): Markup[] => texts.map((text) => html`<p class="finding">${text}</p>`);

/** One block a task, under its name where there are several. */
function perTask({ tasks }: FleetSummary, body: (task: FleetTaskSummary, index: number) => Markup): Markup {
  return html`${tasks.map((task, index) => html`<h3>${taskText(task)}</h3>${body(task, index)}`)}`;
}

function acrossCell(value: Across | null, format: FormatName): Markup {
  if (!value) return html`<td class="number missing">${t('notAvailable')}</td>`;
  return html`<td class="number">${formatValue(format, value.median)} <small>${rangeText(value, format)}</small></td>`;
}

const number = (value: number | null, format: FormatName, prefix = ''): Markup =>
  value === null
    ? html`<td class="number missing">${t('notAvailable')}</td>`
    : html`<td class="number">${prefix}${formatValue(format, value)}</td>`;

const RATES: readonly TextKey[] = [
  'colRate',
  'colDecodeRate',
  'colPrefillRate',
  'colTtftTime',
  'colMemory',
  'colEnergyToken',
];

function answerBlock(task: FleetTaskSummary, currency: string): Markup {
  const names = kindNames(task);
  const row = ({ kind, machines, best }: FleetKindSummary): Markup =>
    html`<tr><th scope="row">${names.get(kind)!} <small>${kind}</small></th><td class="number">${machines}</td><td class="setting">${labelText(best.candidate)} <small>${best.engine}</small></td>${acrossCell(best.generatedTokensPerSecond, 'rate')}${acrossCell(best.decodeTokensPerSecond, 'rate')}${acrossCell(best.prefillTokensPerSecond, 'rate')}${acrossCell(best.ttftMs, 'ms')}${number(best.peakRssBytes, 'bytes')}${acrossCell(best.energyJoulesPerToken, 'joules')}</tr>
`;
  return html`${lines(findings.answerFindings(task, currency))}<div class="scroll"><table>${columnHeads(
    ['colKind', 'colMachines', 'colConfiguration', ...RATES],
    ['colMachines', ...RATES],
  )}<tbody>${task.kinds.map(row)}</tbody></table></div>`;
}

function costBody(summary: FleetSummary): Markup {
  const currency = summary.currency ?? '';
  if (summary.currency === null) return html`<p>${t('noPrices')}</p>`;
  const numbers = ['colPerHour', 'colRate', 'colPrice', 'colPriceBusy'] as const;
  const body = (task: FleetTaskSummary, index: number): Markup => {
    const names = kindNames(task);
    const rows = priced(task).map(
      ({ kind, best, price }) =>
        html`<tr><th scope="row">${names.get(kind)!}</th>${number(price!.perHour, 'money', currency)}${acrossCell(best.generatedTokensPerSecond, 'rate')}${number(price!.perMillion, 'money', currency)}${number(price!.perMillionBusy, 'money', currency)}<td class="word">${t(price!.isOnFrontier ? 'onFrontier' : 'offFrontier')}</td></tr>
`,
    );
    const finding = findings.frontierFinding(task);
    return html`${finding && lines([finding])}${figure(frontierChart(task, index))}<div class="scroll"><table>${columnHeads(['colKind', ...numbers, 'colNote'], numbers)}<tbody>${rows}</tbody></table></div>`;
  };
  return html`<p>${t('fleetCostLead')}</p>${perTask(summary, body)}`;
}

function changesSection(summary: FleetSummary, share: string): Markup | null {
  const isCompared = summary.tasks.some(({ kinds }) => kinds.some(({ changes }) => changes.length > 0));
  if (!isCompared) return null;
  return section(
    'fleetChanges',
    html`${perTask(summary, (task) => html`${lines(findings.changeFindings(task))}`)}<p class="small">${t('fleetChangesNote', { share })}</p>`,
  );
}

function sharedBlock(task: FleetTaskSummary, within: number): Markup {
  const names = kindNames(task);
  const rows = task.shared.flatMap(({ candidate, kinds }) =>
    kinds.map(
      ({ kind, loss, machines }) =>
        html`<tr><th scope="row">${labelText(candidate)}</th><td>${names.get(kind)!}</td><td class="number">${formatValue('share', Math.max(0, loss))}</td><td class="number">${machines}</td></tr>
`,
    ),
  );
  return html`${lines(findings.sharedFindings(task, within))}${
    rows.length > 0 &&
    html`<div class="scroll"><table>${columnHeads(['colConfiguration', 'colKind', 'colLoss', 'colMachines'], ['colLoss', 'colMachines'])}<tbody>${rows}</tbody></table></div>`
  }`;
}

function gatesSection({ gates }: FleetSummary): Markup | null {
  if (gates.length === 0) return null;
  const rows = gates.map(
    ({ node, kindId, candidate, mode, verdict, reasons, finishedAt }) =>
      html`<tr><th scope="row">${machineName(node, kindId)}</th><td>${candidate}</td><td>${mode}</td><td class="word"><b>${verdict}</b></td><td lang="en">${reasons.join('; ')}</td><td class="word">${finishedAt.slice(0, 16).replace('T', ' ')}</td></tr>
`,
  );
  return section(
    'fleetGates',
    html`<div class="scroll"><table>${columnHeads(['colMachine', 'colProfile', 'colGateMode', 'colVerdict', 'colReason', 'colTime'])}<tbody>${rows}</tbody></table></div>`,
  );
}

function setAsideSection({ setAside }: FleetSummary): Markup | null {
  if (setAside.length === 0) return null;
  const rows = setAside.map(
    ({ source, reason }) => html`<tr><th scope="row">${source}</th><td lang="en">${reason}</td></tr>
`,
  );
  return section(
    'fleetSetAside',
    html`<div class="scroll"><table>${columnHeads(['colSource', 'colReason'])}<tbody>${rows}</tbody></table></div>`,
  );
}
