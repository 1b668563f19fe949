import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { escapeMarkdown } from '../../../src/report/markdown.js';
import { HOSTILE, hostileRun } from '../../helpers/hostile-run.js';
import { sampleRun } from '../../helpers/sample-run.js';

describe('summary.md', () => {
  it.each(['en', 'zh'] as const)(
    'as it was agreed, %s (made anew with: npx vitest run test/unit/report -u)',
    async (language) => {
      const options = { language, cost: { pricePerHour: 0.34, currency: '$', watts: 65 } };
      const [file] = await renderReport(sampleRun({ weights: 'trained' }), 'md', options);
      await expect(file!.data).toMatchFileSnapshot(`../../golden/report/summary-${language}.md`);
    },
  );

  it('says the answer with its interval first, and the command to serve it', async () => {
    const [file] = await renderReport(sampleRun(), 'md');
    const [first, , , , fence, command] = String(file!.data).split('\n');
    expect(first).toMatch(
      /^## Run llama-cpp q4\\_0, 6 threads .*: \+\d\.\d % .*\(95 % interval \+\d\.\d % to \+\d\.\d %\)$/,
    );
    expect(String(file!.data)).toContain(
      '```sh\nr1-tune serve --profile results/20260301-080500-sample/best.json\n```',
    );
    expect([fence, command]).toBeDefined();
  });

  it('keeps hostile text inside its cell', async () => {
    const [file] = await renderReport(hostileRun(), 'md');
    const text = String(file!.data).replace(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '');
    expect(text).not.toMatch(/(^|[^\\])<script/m);
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const columns = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    for (let i = 1; i < rows.length; i++)
      if (rows[i - 1]!.startsWith('| :')) expect(columns(rows[i]!)).toBe(columns(rows[i - 1]!));
  });

  it('escapes markup, borders, mentions and line breaks', () => {
    expect(escapeMarkdown('a|b\n# @team *x* <b> [y](z) `c`')).toBe(
      'a\\|b # @\u200Bteam \\*x\\* \\<b\\> \\[y\\](z) \\`c\\`',
    );
    expect(escapeMarkdown(HOSTILE)).not.toContain('\u202e');
  });
});
