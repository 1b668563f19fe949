// biome-ignore-all lint/performance/useDomNodeTextContent: what is tested is the text that can be seen.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/core/run-result.js';
import { type ReportOptions, renderReport } from '../../../src/report/index.js';
import { findChromium, launchChromium, openFile, pageFile } from '../../helpers/browser.js';
import { sampleRun } from '../../helpers/sample-run.js';

/** The page as a reader meets it, in a real browser. */

const executable = findChromium();
let browser: Browser;
let folder: string;

async function write(name: string, run: RunResult, options: ReportOptions = {}): Promise<string> {
  const [file] = await renderReport(run, 'html', options);
  return pageFile(folder, name, file!.data);
}

/** Scrolls down once, so that every chart has come near the window. */
async function readAll(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo({ top: y, behavior: 'instant' });
      await new Promise((done) => setTimeout(done, 30));
    }
  })()`);
}

/** How many different colours each chart shows; an empty canvas has one. */
const chartColours = (page: Page): Promise<number[]> =>
  page.$$eval('canvas', (canvases) =>
    canvases.map((canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<number>();
      for (let i = 0; i < data.length; i += 4) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
      return seen.size;
    }),
  );

const rowTexts = (page: Page, table: string, column: number): Promise<string[]> =>
  page.$$eval(
    `[data-table="${table}"] > .scroll > table > tbody > tr:not(.details)`,
    (rows, at) => rows.map((row) => row.children[at]?.textContent ?? ''),
    column,
  );

const sideways = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

describe.skipIf(!executable)('report.html in Chromium', () => {
  let path: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'r1-report-'));
    browser = await launchChromium(executable!);
    path = await write('report.html', sampleRun({ weights: 'trained' }), {
      cost: { pricePerHour: 0.34, currency: '$' },
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['light', 'dark'] as const)('draws every chart without a word or a request, %s', async (colorScheme) => {
    const { page, complaints, requests } = await openFile(browser, path, { colorScheme });
    await readAll(page);
    const colours = await chartColours(page);
    expect(colours.length).toBe(11);
    for (const count of colours) expect(count).toBeGreaterThan(8);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 28)' : 'rgb(255, 255, 255)');
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    await page.context().close();
  });

  it('sorts and filters the trials by clicks and typing', async () => {
    const { page, complaints } = await openFile(browser, path);
    const table = page.locator('[data-table="trials"]');
    await table.getByRole('button', { name: /^Decode/ }).click();
    const decode = (await rowTexts(page, 'trials', 5)).map(Number);
    expect(decode.length).toBe(50);
    expect(decode).toEqual([...decode].sort((a, b) => b - a));
    expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await table.getByRole('button', { name: /^Decode/ }).click();
    expect(Number((await rowTexts(page, 'trials', 5))[0])).toBeLessThan(decode.at(-1)!);
    await table.getByRole('searchbox').fill('onnx int4 6');
    expect(await rowTexts(page, 'trials', 3)).toEqual(['onnx int4, 6 threads']);
    await table.getByRole('searchbox').fill('');
    await table.getByLabel('Status').selectOption('out of memory');
    expect(await rowTexts(page, 'trials', 4)).toEqual(['out of memory']);
    await expect.poll(() => table.getByRole('status').textContent()).toBe('1 of 207 rows');
    await table.getByRole('searchbox').fill('nothing like this');
    expect(await table.locator('tbody').textContent()).toBe('No row matches.');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('opens a trial to its raw samples, and pages through all trials', async () => {
    const run = sampleRun({ weights: 'trained' });
    const { page } = await openFile(browser, path);
    const table = page.locator('[data-table="trials"]');
    await table.getByRole('button', { name: 'Raw samples' }).first().click();
    const samples = await table.locator('.samples').first().textContent();
    expect(samples!.split(' ').length).toBe(run.outcomes[0]!.samples!.decodeMs.length);
    const seen = new Set(await rowTexts(page, 'trials', 0));
    for (let i = 0; i < 4; i++) {
      await table.getByRole('button', { name: 'Next' }).click();
      for (const text of await rowTexts(page, 'trials', 0)) seen.add(text);
    }
    expect(seen.size).toBe(207);
    expect(await table.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it('speaks one language at a time, and remembers which', async () => {
    const { page, complaints } = await openFile(browser, path);
    const visible = (selector: string): Promise<number> =>
      page.evaluate(`[...document.querySelectorAll('${selector}')].filter((one) => one.offsetParent !== null).length`);
    expect(await visible('.l-zh')).toBe(0);
    expect(await visible('.l-en')).toBeGreaterThan(100);
    await page.getByText('中文').click();
    expect(await visible('.l-en')).toBe(0);
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await page.locator('h1').innerText()).toMatch(/^建议运行 llama-cpp q4_0，6 线程/);
    expect(await page.locator('[data-table="trials"] thead').innerText()).toContain('解码');
    await readAll(page);
    expect(await page.getAttribute('[data-chart="decode-threads"] canvas', 'aria-label')).toBe('解码速度与线程数');
    await page.reload();
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('opens in Chinese for a reader whose browser is Chinese', async () => {
    const { page } = await openFile(browser, path, { locale: 'zh-CN' });
    expect(await page.locator('nav summary').innerText()).toBe('目录');
    await page.context().close();
  });

  it('prints light and whole: no controls, every chart drawn', async () => {
    const { page, complaints } = await openFile(browser, path, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(50_000);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    for (const selector of ['nav', '.switches', '.pager', '[data-copy]'])
      expect(await page.locator(selector).first().isVisible()).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    for (const count of await chartColours(page)) expect(count).toBeGreaterThan(8);
    expect(await sideways(page)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([320, 390, 768, 1920])('fits a window %i wide', async (width) => {
    const { page } = await openFile(browser, path, { viewport: { width, height: 800 } });
    await readAll(page);
    expect(await sideways(page)).toBeLessThanOrEqual(0);
    const headline = await page.locator('h1').boundingBox();
    expect(headline!.y).toBeLessThan(500);
    const cut = await page.$$eval('h1, h2, .card, .notice, .command, .finding', (all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.tagName),
    );
    expect(cut).toEqual([]);
    await page.context().close();
  });

  it('can be used from the keyboard', async () => {
    const { page } = await openFile(browser, path);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    await page.keyboard.press('ArrowLeft');
    const sort = page.locator('[data-table="configurations"]').getByRole('button', { name: /^Prefill/ });
    await sort.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('[data-table="configurations"] th[aria-sort]').innerText()).toContain('Prefill');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Prefill');
    await page.context().close();
  });

  it('names everything for a screen reader', async () => {
    const { page } = await openFile(browser, path);
    await readAll(page);
    const nameless = await page.evaluate(`[...document.querySelectorAll('canvas, button, input, select, a, summary')]
      .filter((one) => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length)
      .map((one) => one.outerHTML.slice(0, 80))`);
    expect(nameless).toEqual([]);
    const levels = await page.$$eval('h1, h2, h3', (all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    levels.slice(1).forEach((level, i) => {
      expect(level - levels[i]!).toBeLessThanOrEqual(1);
    });
    await page.context().close();
  });

  it('copies the serve command', async () => {
    const { page } = await openFile(browser, path, { permissions: ['clipboard-read', 'clipboard-write'] });
    const button = page.getByRole('button', { name: 'Copy the serve command' });
    await button.click();
    await expect.poll(() => button.innerText()).toBe('Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'r1-tune serve --profile results/20260301-080500-sample/best.json',
    );
    await expect.poll(() => button.innerText(), { timeout: 3000 }).toBe('Copy');
    await page.context().close();
  });

  it('says all but the charts and big tables without scripts', async () => {
    const { page } = await openFile(browser, path, { javaScriptEnabled: false });
    expect(await page.locator('h1').innerText()).toMatch(/^Run llama-cpp q4_0/);
    expect(await page.getByText('Charts and the table of trials need scripts').isVisible()).toBe(true);
    await page.locator('#figure-decode-threads summary').click();
    expect(await page.locator('#figure-decode-threads tbody tr').count()).toBeGreaterThan(30);
    expect(await page.locator('.plot').first().isVisible()).toBe(false);
    await page.getByText('中文').click();
    expect(await page.locator('h1').innerText()).toMatch(/^建议运行/);
    await page.context().close();
  });
});
