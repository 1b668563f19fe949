import type { GateResult } from '../../runs/gate/result.js';
import {
  COLUMNS_NOTE,
  change,
  HISTORY_COLUMNS,
  historyCells,
  historyLines,
  METRIC_COLUMNS,
  metricCells,
  pairLines,
  pairsText,
  percent,
  sidesText,
  whatToDo,
} from './words.js';

/** Characters with a meaning in a Markdown table, made harmless. */
export const cell = (text: string): string => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function pairedTable(result: GateResult): string[] {
  if (!result.paired) return [];
  const rows = Object.entries(result.paired.metrics).map(([name, m]) => row(metricCells(result, name, m).map(cell)));
  const lines = pairLines(result).map(({ name, bars, scale }) => `\`${bars}\` ${name}, pair by pair (${scale})  `);
  return [
    row(METRIC_COLUMNS),
    row(METRIC_COLUMNS.map(() => '---')),
    ...rows,
    '',
    ...lines,
    '',
    pairsText(result),
    COLUMNS_NOTE,
  ];
}

function exactTable(result: GateResult): string[] {
  if (!result.exact) return [];
  const rows = result.exact.checks.map(
    (c) => `| ${cell(c.name)} | ${c.state} | ${c.operator} ${cell(c.expected)} | ${cell(c.actual)} |`,
  );
  return ['| Fact | State | Expected | Is |', '|---|---|---|---|', ...rows];
}

function storedTable(result: GateResult): string[] {
  if (!result.stored) return [];
  const rows = Object.entries(result.stored).map(
    ([name, s]) => `| ${name} | ${s.verdict} | ${change(s.ratio)} | ${change(s.limit)} | ${s.earlierCount} |`,
  );
  return ['| Metric | Verdict | Change | Surprising below | Earlier runs |', '|---|---|---|---|---|', ...rows];
}

function historyTable(result: GateResult): string[] {
  if (!result.history) return [];
  const lines = historyLines(result).map(({ name, bars, scale }) => `\`${bars}\` ${name}, build by build (${scale})  `);
  return [row(HISTORY_COLUMNS), row(HISTORY_COLUMNS.map(() => '---')), ...historyCells(result).map(row), '', ...lines];
}

/** Markdown for a step summary or a pull-request comment. */
export function gateMarkdown(result: GateResult): string {
  const sign = { PASS: '✅', FAIL: '❌', INCONCLUSIVE: '❔', INVALID: '⚠️' }[result.verdict];
  return [
    `### ${sign} r1-tune gate: ${result.verdict}${result.isBlocking ? '' : ' (advisory)'} – ${whatToDo(result)}`,
    '',
    ...result.reasons.map((reason) => `- ${cell(reason)}`),
    '',
    ...pairedTable(result),
    ...storedTable(result),
    ...historyTable(result),
    ...exactTable(result),
    '',
    sidesText(result, cell),
    `Mode ${result.mode}, margin ${percent(result.margin)}, false-alarm rate at most ${percent(result.alpha)}. ${cell(result.baseline.machine.description)}`,
    '',
  ].join('\n');
}
