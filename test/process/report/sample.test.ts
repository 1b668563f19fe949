// biome-ignore-all lint/performance/useDomNodeTextContent: what is tested is the text that can be seen.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/core/run-result.js';
import { renderReport } from '../../../src/report/index.js';
import { readRun } from '../../../src/store/run-folder.js';
import { findChromium, launchChromium, openFile, pageFile } from '../../helpers/browser.js';

/** The report of the recorded run in results/sample, as its readers meet it. */

const executable = findChromium();
const run: RunResult = readRun(fileURLToPath(new URL('../../../results/sample', import.meta.url)));
/** With plain spaces. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
let browser: Browser;
let folder: string;
let path: string;

const readAll = (page: Page): Promise<void> =>
  page.evaluate(`(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 400) {
      scrollTo({ top: y, behavior: 'instant' });
      await new Promise((done) => setTimeout(done, 30));
    }
  })()`);

const coloursOfCharts = (page: Page): Promise<number[]> =>
  page.$$eval('canvas', (canvases) =>
    canvases.map((canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }),
  );

const column = (page: Page, table: string, at: number): Promise<string[]> =>
  page.$$eval(
    `[data-table="${table}"] tbody tr`,
    (rows, index) => rows.map((row) => row.children[index]?.textContent ?? ''),
    at,
  );

/** Texts that stick out of the box they are in, or out of the page, and boxes of text that lie on each other. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const found = [];
    const leaves = [...document.querySelectorAll('main *')].filter((one) =>
      one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    for (const one of leaves) {
      const box = one.closest('pre, .card, .notice, td, th, h1, h2, h3, p, li') ?? one;
      if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0) found.push('cut: ' + box.textContent.slice(0, 60));
      const { right } = box.getBoundingClientRect();
      if (right > innerWidth + 1 && !box.closest('.scroll')) found.push('outside: ' + box.textContent.slice(0, 60));
    }
    const blocks = [...document.querySelectorAll('main h1, main h2, main h3, main p, main pre, main .card, main figure, main .scroll, main .notice')]
      .filter((one) => one.checkVisibility() && !one.parentElement.closest('figure, .scroll, .card, .notice, pre'));
    const boxes = blocks.map((one) => [one, one.getBoundingClientRect()]);
    for (let i = 0; i < boxes.length; i++)
      for (let j = i + 1; j < boxes.length; j++) {
        const [[a, x], [b, y]] = [boxes[i], boxes[j]];
        if (a.contains(b) || b.contains(a)) continue;
        if (x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1)
          found.push('overlap: ' + a.textContent.slice(0, 40) + ' / ' + b.textContent.slice(0, 40));
      }
    return [...new Set(found)];
  })()`);

describe.skipIf(!executable)('the report of results/sample in Chromium', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'r1-sample-'));
    browser = await launchChromium(executable!);
    const cost = { pricePerHour: 0.34, currency: '$', watts: 65 };
    const [file] = await renderReport(run, 'html', { cost });
    expect(file!.data.length).toBeLessThan(3_000_000);
    path = pageFile(folder, 'report.html', file!.data);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    { width: 1280, colorScheme: 'light', locale: 'en-US' },
    { width: 1280, colorScheme: 'dark', locale: 'zh-CN' },
    { width: 390, colorScheme: 'light', locale: 'en-US' },
    { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  ] as const)('draws every chart; nothing overlaps or is cut: $width px, $colorScheme, $locale', async (look) => {
    const { width, ...rest } = look;
    const { page, complaints, requests } = await openFile(browser, path, {
      viewport: { width, height: 900 },
      ...rest,
    });
    await readAll(page);
    const colours = await coloursOfCharts(page);
    expect(colours.length).toBe(10);
    for (const count of colours) expect(count).toBeGreaterThan(8);
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    await page.context().close();
  });

  it('sorts and filters by clicks', async () => {
    const { page, complaints } = await openFile(browser, path);
    const trials = page.locator('[data-table="trials"]');
    await trials.getByRole('button', { name: /^Decode/ }).click();
    const rates = (await column(page, 'trials', 5)).map(Number);
    expect(rates).toEqual(
      run.outcomes.map(({ metrics }) => Number(metrics!.decodeTokensPerSecond.toPrecision(3))).sort((a, b) => b - a),
    );
    await trials.getByLabel('Phase').selectOption('confirm');
    const confirmed = run.outcomes.filter(({ phase }) => phase === 'confirm').length;
    expect(await trials.getByRole('status').textContent()).toBe(`${confirmed} of ${run.outcomes.length} rows`);
    const configurations = page.locator('[data-table="configurations"]');
    await configurations.getByRole('searchbox').fill('onnx int8');
    expect((await column(page, 'configurations', 0)).sort()).toEqual(['onnx int8, 1 thread', 'onnx int8, 2 threads']);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('gives every number of the answer a unit, and every estimate an interval', async () => {
    const { page } = await openFile(browser, path);
    const cards = await page.$$eval('.card', (all) =>
      all.map(
        (one) => [one.querySelector('.value')!.textContent, one.querySelector('small')?.textContent ?? ''] as const,
      ),
    );
    expect(cards.length).toBe(11);
    for (const [value, note] of cards) {
      expect(plain(value)).toMatch(/(tok\/s|ms| s|MiB|GiB|kWh|%)|^\$|^not /);
      expect(plain(note)).toMatch(/ to .*95 %, n = \d|largest of|median of|random/);
    }
    // Every estimate in the tables of the findings: limits, or from how many trials it is.
    const bare = await page.$$eval('#comparisons td.number, #effects td:nth-child(2), #cost td.number', (cells) =>
      cells
        .filter((one) => one.checkVisibility() && /\d/.test(one.textContent!) && !one.classList.contains('note'))
        .map((one) => one.textContent!),
    );
    expect(bare.map(plain).filter((text) => !/\(.*( … |n = )/.test(text))).toEqual([]);
    await page.context().close();
  });

  it('prints whole: every chart, every trial, no controls', async () => {
    const { page, complaints } = await openFile(browser, path, { viewport: { width: 794, height: 1100 } });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(50_000);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    for (const count of await coloursOfCharts(page)) expect(count).toBeGreaterThan(8);
    for (const selector of ['nav', '.switches', '.pager', '[data-copy]', '.opener'])
      expect(await page.locator(selector).first().isVisible()).toBe(false);
    expect((await column(page, 'trials', 0)).length).toBe(run.outcomes.length);
    expect(await faults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
