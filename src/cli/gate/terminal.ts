import type { GateResult } from '../../runs/gate/result.js';
import {
  COLUMNS_NOTE,
  HISTORY_COLUMNS,
  historyCells,
  historyLines,
  METRIC_COLUMNS,
  metricCells,
  pairLines,
  pairsText,
  sidesText,
  whatToDo,
} from './words.js';

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows.map((cells) =>
    cells
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

function paired(result: GateResult): string[] {
  if (!result.paired) return [];
  const rows = Object.entries(result.paired.metrics).map(([name, m]) => metricCells(result, name, m));
  const lines = pairLines(result).map(({ name, bars, scale }) => `${bars}  ${name}, pair by pair (${scale})`);
  return [...columns([METRIC_COLUMNS, ...rows]), '', ...lines, pairsText(result), COLUMNS_NOTE, ''];
}

function history(result: GateResult): string[] {
  if (!result.history) return [];
  const lines = historyLines(result).map(({ name, bars, scale }) => `${bars}  ${name}, build by build (${scale})`);
  return [...columns([HISTORY_COLUMNS, ...historyCells(result)]), '', ...lines, ''];
}

const exact = ({ exact: facts }: GateResult): string[] =>
  facts
    ? [
        ...columns([
          ['Fact', 'State', 'Expected', 'Is'],
          ...facts.checks.map((c) => [c.name, c.state, `${c.operator} ${c.expected}`, c.actual]),
        ]),
        '',
      ]
    : [];

/** A gate as a person reads it on a terminal; the line with the verdict and its reasons follows on stderr. */
export const gateText = (result: GateResult, folder: string): string =>
  [
    `${result.verdict}${result.isBlocking ? '' : ' (advisory)'}: ${whatToDo(result)}.`,
    ...result.reasons.map((reason) => `- ${reason}`),
    '',
    ...paired(result),
    ...history(result),
    ...exact(result),
    sidesText(result, (text) => text),
    result.baseline.machine.description,
    `Files in ${folder}`,
  ].join('\n');
