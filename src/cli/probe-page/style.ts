import type { Fact } from '../../core/fact.js';

export type Style = Record<'bold' | 'dim' | 'green' | 'yellow' | 'red', (text: string) => string>;

const CODES = { bold: 1, dim: 2, green: 32, yellow: 33, red: 31 } as const;

/** Terminal colours, or none at all. */
export function openStyle(hasColor: boolean): Style {
  const paint = (code: number) => (text: string) =>
    hasColor && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return Object.fromEntries(Object.entries(CODES).map(([name, code]) => [name, paint(code)])) as Style;
}

const WHY = {
  unknown: 'unknown',
  'needs-root': 'unknown (needs root)',
  hidden: 'hidden by the VM',
  certain: 'unknown',
  likely: 'unknown',
} as const;

/** A fact as text: its value, or why there is none. */
export function factText<T>(fact: Fact<T>, format: (value: T) => string = String): string {
  return fact.value === null ? WHY[fact.confidence] : format(fact.value);
}

/** Rows of cells as lines with aligned columns; the last column is not padded, and colours take no room. */
export function columns(rows: string[][], gap = '  '): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visibleLength(row[column] ?? ''))));
  const padded = (cell: string, column: number) => cell + ' '.repeat(widths[column]! - visibleLength(cell));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, column)))
      .join(gap)
      .trimEnd(),
  );
}

const ESCAPE = '\u001b';
const COLOR = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');
const visibleLength = (text: string): number => text.replace(COLOR, '').length;

/** Words folded into lines of at most `width` characters, each but the first behind `indent`. */
export function folded(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines;
}
