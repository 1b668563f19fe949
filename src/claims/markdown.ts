import type { ClaimsDocument } from '../core/claims.js';
import { shellWord } from '../core/shell-word.js';
import { type ClaimRow, claimsTable } from './table.js';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: string[], rows: string[][]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];

function details(row: ClaimRow): string[] {
  if (row.comparisons.length + row.levels.length + row.notes.length === 0) return [];
  return [
    `### ${row.number}. ${row.claim}`,
    '',
    `${row.rule} (${row.effort})`,
    '',
    ...(row.comparisons.length === 0
      ? []
      : [
          ...table(
            ['Comparison', 'Claimed ratio', 'Measured'],
            row.comparisons.map((c) => [c.decides ? c.name : `${c.name} (reported)`, c.expected, c.text]),
          ),
          '',
        ]),
    ...(row.levels.length === 0
      ? []
      : [
          ...table(
            ['Level', 'Mean (95 % interval)', ''],
            row.levels.map((l) => [l.name, l.text, l.note]),
          ),
          '',
        ]),
    ...row.notes.map((note) => `- ${note}`),
    ...(row.notes.length === 0 ? [] : ['']),
  ];
}

/** The one table to paste. */
export function claimsMarkdownTable(document: ClaimsDocument): string {
  const { caption, rows } = claimsTable(document);
  return [
    ...table(
      ['#', 'Claim', 'Verdict', 'Found'],
      rows.map((r) => [String(r.number), `${r.claim} (${r.sources})`, `**${r.verdictWords}**`, r.finding]),
    ),
    '',
    `${caption}.`,
  ].join('\n');
}

/** claims.md: the table, how to remake it, and every number behind it. */
export function claimsMarkdown(document: ClaimsDocument): string {
  const { plan, errorRate } = document;
  return `${[
    '# The rules of thumb, tested on this machine',
    '',
    claimsMarkdownTable(document),
    '',
    `Remade by \`r1-tune ${plan.command.map(shellWord).join(' ')}\`. Intervals of deciding comparisons are such that comparing ` +
      `something with itself gives a claim another verdict than "no difference" in at most ${errorRate * 100} % of runs.`,
    '',
    ...claimsTable(document).rows.flatMap(details),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
