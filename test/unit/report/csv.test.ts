import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvTable } from '../../../src/report/csv.js';
import { renderReport } from '../../../src/report/index.js';
import { hostileRun } from '../../helpers/hostile-run.js';
import { sampleRun } from '../../helpers/sample-run.js';

/** A reader of RFC 4180 that knows nothing of the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  while (cell.lastIndex < body.length) {
    const [, quoted, plain = '', end] = cell.exec(body)!;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n' && cell.lastIndex < body.length) rows.push([]);
  }
  return rows;
}

describe('csv', () => {
  it('reads back as it was, whatever is in a cell', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab,"\r\n \t=+-@;é模🦙') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (cells) => {
        const rows = readCsv(csvTable({ name: (row: string) => row, second: () => 1 }, cells));
        expect(rows[0]).toEqual(['name', 'second']);
        expect(rows.slice(1).map(([first]) => first!.replace(/^'(?=[=+\-@\t\r\n])/, ''))).toEqual(cells);
      }),
    );
  });

  it('gives a spreadsheet no formula to run', () => {
    const table = csvTable({ a: (row: string) => row }, ["=cmd|'/c calc'!A1", '+1', '-1', '@x', '\t=1', 'plain']);
    const cells = readCsv(table)
      .slice(1)
      .map(([cell]) => cell!);
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(csvTable({ a: (row: number) => row }, [-5])).toContain('\r\n-5\r\n');
  });

  it.each([
    ['the sample run', sampleRun],
    ['hostile names', hostileRun],
  ])('two tables of %s, every row as long as its head, units in the names', async (_name, make) => {
    const run = make();
    const files = await renderReport(run, 'csv', { cost: { pricePerHour: 0.34 } });
    expect(files.map(({ name }) => name)).toEqual(['configurations.csv', 'trials.csv']);
    const [configurations, trials] = files.map(({ data }) => readCsv(String(data)));
    for (const table of [configurations!, trials!]) for (const row of table) expect(row.length).toBe(table[0]!.length);
    expect(trials!.length).toBe(run.outcomes.length + 1);
    expect(configurations!.length).toBe(run.configurations.length + 1);
    expect(trials![0]).toEqual(
      expect.arrayContaining(['decode_tok_per_s', 'ttft_ms', 'peak_rss_bytes', 'steal_share']),
    );
    const price = configurations![0]!.indexOf('price_per_million_tokens');
    expect(configurations!.slice(1).some((row) => Number(row[price]) > 0)).toBe(true);
  });
});
