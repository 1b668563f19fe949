import type { Across, FleetKindSummary, FleetSummary, FleetTaskSummary } from '../../core/fleet-summary.js';
import { escapeMarkdown, markdownTable } from '../markdown.js';
import { type FormatName, formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import type { Language, Text } from '../texts/text.js';
import { labelText } from '../view/label.js';
import * as findings from './findings.js';
import { factsText } from './html.js';
import { kindNames, machineName, rangeText, taskText } from './names.js';

/** The report of a fleet to be pasted into an issue or a chat. */
export function fleetMarkdown(summary: FleetSummary, language: Language): string {
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const list = (texts: readonly Text[]): string => texts.map((text) => `- ${say(text)}`).join('\n');
  const blocks = [
    `## ${say(t('fleet'))}: ${say(factsText(summary))}`,
    list(findings.fleetNotes(summary)),
    ...summary.tasks.flatMap((task) => [
      `### ${say(taskText(task))}`,
      list([
        ...findings.answerFindings(task, summary.currency ?? ''),
        ...[findings.frontierFinding(task) ?? []].flat(),
        ...findings.spreadFindings(task),
        ...findings.changeFindings(task),
        ...findings.sharedFindings(task, summary.within),
      ]),
      kindTable(task, summary.currency, say),
    ]),
    list([t('fleetAnswerNote'), t('fleetSpreadNote', { share: formatValue('share', summary.falseAlarms) })]),
    gateTable(summary, say),
    setAsideTable(summary, say),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

type Say = (text: Text) => string;

const cell = (value: Across | null, format: FormatName): string =>
  value ? `${formatValue(format, value.median)} ${rangeText(value, format)}`.trimEnd() : '–';

function kindTable(task: FleetTaskSummary, currency: string | null, say: Say): string {
  const names = kindNames(task);
  const money = (value: number | undefined): string =>
    value === undefined ? '–' : `${escapeMarkdown(currency ?? '')}${formatValue('money', value)}`;
  const row = ({ kind, machines, best, price }: FleetKindSummary): string[] => [
    escapeMarkdown(names.get(kind)!),
    String(machines),
    say(labelText(best.candidate)),
    cell(best.generatedTokensPerSecond, 'rate'),
    cell(best.decodeTokensPerSecond, 'rate'),
    cell(best.prefillTokensPerSecond, 'rate'),
    cell(best.ttftMs, 'ms'),
    best.peakRssBytes === null ? '–' : formatValue('bytes', best.peakRssBytes),
    ...(currency === null ? [] : [money(price?.perMillion)]),
  ];
  return markdownTable(
    [
      [say(t('colKind')), 'left'],
      [say(t('colMachines')), 'right'],
      [say(t('colConfiguration')), 'left'],
      ...(['colRate', 'colDecodeRate', 'colPrefillRate', 'colTtftTime', 'colMemory'] as const).map(
        (key) => [say(t(key)), 'right'] as const,
      ),
      ...(currency === null ? [] : [[say(t('colPrice')), 'right'] as const]),
    ],
    task.kinds.map(row),
  );
}

function gateTable({ gates }: FleetSummary, say: Say): string {
  const rows = gates.map(({ node, kindId, candidate, verdict, reasons }) =>
    [machineName(node, kindId), candidate, verdict, reasons.join('; ')].map(escapeMarkdown),
  );
  const heads = (['colMachine', 'colProfile', 'colVerdict', 'colReason'] as const).map(
    (key) => [say(t(key)), 'left'] as const,
  );
  return rows.length === 0 ? '' : `### ${say(t('fleetGates'))}\n\n${markdownTable(heads, rows)}`;
}

function setAsideTable({ setAside }: FleetSummary, say: Say): string {
  const rows = setAside.map(({ source, reason }) => [escapeMarkdown(source), escapeMarkdown(reason)]);
  const heads = (['colSource', 'colReason'] as const).map((key) => [say(t(key)), 'left'] as const);
  return rows.length === 0 ? '' : `### ${say(t('fleetSetAside'))}\n\n${markdownTable(heads, rows)}`;
}
