import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/core/run-result.js';
import { html, trusted } from '../../../src/report/html/html.js';
import { REPORT_FORMATS, renderReport } from '../../../src/report/index.js';
import { same } from '../../../src/report/texts/text.js';
import { hostileRun } from '../../helpers/hostile-run.js';
import { sampleRun } from '../../helpers/sample-run.js';

const page = async (run: RunResult): Promise<string> => String((await renderReport(run, 'html'))[0]!.data);

describe('report.html', () => {
  it.each(REPORT_FORMATS)(
    '%s is the same bytes for the same run',
    async (format) => {
      const [once, again] = await Promise.all([renderReport(sampleRun(), format), renderReport(sampleRun(), format)]);
      expect(again.map(({ data }) => Buffer.from(data))).toEqual(once.map(({ data }) => Buffer.from(data)));
    },
    90_000,
  );

  it('stays below 3 MB for 300 trials', async () => {
    const run = sampleRun({ trials: 300 });
    expect(run.outcomes.length).toBeGreaterThanOrEqual(300);
    expect((await page(run)).length).toBeLessThan(3e6);
  });

  it('names nothing outside itself, and lets only its own blocks run', async () => {
    const text = await page(hostileRun());
    const withoutLibrary = text.replace(/<script>\s*\/\*![\s\S]*?<\/script>/, '');
    expect(withoutLibrary).not.toMatch(/\b(?:src|href)="(?!#|data:,)/);
    expect(text).not.toContain('sourceMappingURL');
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(text)![1]!.replaceAll('&#39;', "'");
    expect(policy).toContain("default-src 'none'");
    const blocks = [...text.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)];
    expect(blocks.map(([, kind]) => kind)).toEqual(['style', 'script', 'script', 'script']);
    for (const [, , body] of blocks) {
      const hash = createHash('sha256').update(body!).digest('base64');
      expect(policy).toContain(`'sha256-${hash}'`);
    }
    expect(text).not.toMatch(/ style="| on\w+="/);
  });

  it('holds data that reads back, hostile or not', async () => {
    const run = hostileRun();
    const text = await page(run);
    for (const [, body] of text.matchAll(/<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/g))
      expect(() => JSON.parse(body!)).not.toThrow();
    const lines = /id="data-details">([\s\S]*?)<\/script>/.exec(text)![1]!.split('\n');
    expect(lines.length).toBe(run.outcomes.length);
    const measured = run.outcomes.findIndex(({ samples }) => samples);
    expect(JSON.parse(lines[measured]!).decodeMs).toEqual(run.outcomes[measured]!.samples!.decodeMs);
  });

  it('has its sections in the agreed order', async () => {
    const ids = [...(await page(sampleRun())).matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([
      ...[
        'answer',
        'warnings',
        'limits',
        'comparisons',
        'threads',
        'bandwidth',
        'quantization',
        'cost',
        'effects',
        'context',
      ],
      ...['startUp', 'noise', 'configurations', 'trials', 'excluded', 'remake'],
    ]);
  });

  it.each([
    ['keep-default', /Keep the default settings, .* is not confirmed to be faster.*\(\+\d/],
    ['unconfirmed', /looks best so far, but too little was measured to recommend it/],
  ] as const)('says a verdict of %s plainly', async (verdict, words) => {
    const run = sampleRun();
    const text = await page({ ...run, choice: { ...run.choice!, verdict } });
    const headline = /<h1>([\s\S]*?)<\/h1>/
      .exec(text)![1]!
      .replace(/<[^>]+>/g, '')
      .replaceAll('\u00a0', ' ');
    expect(headline).toMatch(words);
  });

  it('gives every estimate its interval, or says that there is none', async () => {
    // What other memory would allow is arithmetic, and says so in its own section.
    const measured = (await page(sampleRun())).replace(/<section id="limits"[\s\S]*?<\/section>/, '');
    const text = measured.replaceAll('\u00a0', ' ');
    const cells = [...text.matchAll(/<td class="number">([^<]*tok\/s[^<]*)(<small>[^<]*<\/small>)?<\/td>/g)];
    const estimates = cells.filter(([, value]) => !value!.includes('…'));
    expect(estimates.length).toBeGreaterThan(5);
    const inFigures = text.match(/<details class="data">[\s\S]*?<\/details>/g)!.join('');
    for (const [cell, , note] of estimates) if (!inFigures.includes(cell)) expect(note).toMatch(/…|n = \d/);
  });
});

describe('the html tag', () => {
  it('escapes what is put in, keeps markup, joins lists, drops what is not there', () => {
    const inner = html`<b>${'<i>"&'}</b>`;
    expect(html`<p>${inner}${[inner, 1]}${null}${false}${undefined}${trusted('<hr>')}</p>`.source).toBe(
      '<p><b>&lt;i&gt;&quot;&amp;</b><b>&lt;i&gt;&quot;&amp;</b>1<hr></p>',
    );
  });

  it('makes one element a language, and keeps numbers with their units', () => {
    expect(html`${{ en: 'a<', zh: '甲' }}`.source).toBe(
      '<span class="l-en" lang="en">a&lt;</span><span class="l-zh" lang="zh-CN">甲</span>',
    );
    expect(html`${same('12.3 tok/s, n = 4, 5 msx')}`.source).toBe('12.3\u00a0tok/s, n\u00a0=\u00a04, 5 msx');
  });
});
