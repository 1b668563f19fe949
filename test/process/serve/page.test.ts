import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../../src/serve/http/guards.js';
import { type FakeServer, startFakeServer, until } from '../../helpers/fake-serve.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!CHROMIUM) console.warn('SKIPPED: the chat page is not tested, since there is no Chromium on this machine.');

const SCRIPT = {
  cost: { decodeMs: 15 },
  vocabulary: { pieces: ['<think>', '</think>', 'Let', ' me', ' think', ' <b>bold</b>', ' 兔子'] },
  answers: [
    { when: 'forever', after: '<think>\n', say: 'Let me think'.padEnd(5000, ' think') },
    { after: '<think>\n', say: 'Let me think 兔子</think>\n\n23 <b>bold</b> and 12.' },
    { after: '</think>\n\n', say: '23 <b>bold</b> and 12.' },
  ],
};

describe.runIf(CHROMIUM)('the chat page in Chromium', { timeout: 60_000 }, () => {
  let server: FakeServer;
  let browser: Browser;
  let page: Page;
  let requests: string[];
  let complaints: string[];

  beforeAll(async () => {
    server = await startFakeServer(SCRIPT, { candidate: { sequences: 2 } });
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage({ locale: 'en-US' });
    requests = [];
    complaints = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url);
  });
  afterEach(async () => {
    await page.close();
  });

  const ask = async (question: string) => {
    await page.fill('#question', question);
    await page.press('#question', 'Enter');
  };

  it('streams, folds the thinking, shows the speed and the end, with nothing from elsewhere', async () => {
    await page.waitForSelector('#model:text("fake-r1")');
    await ask('How many?');
    await page.waitForSelector('#speed:text("tok/s")');
    await page.waitForSelector('details.thinking summary:has-text("Thought for")');
    expect(await page.locator('details.thinking').getAttribute('open')).toBeNull();
    expect(await page.locator('details.thinking .text').isVisible()).toBe(false);
    await page.click('details.thinking summary');
    expect(await page.locator('details.thinking .text').textContent()).toBe('Let me think 兔子');
    await page.waitForSelector('.note:has-text("tokens,")');
    // Markup of the model is text.
    expect(await page.locator('.answer').textContent()).toBe('23 <b>bold</b> and 12.');
    expect(await page.locator('.answer b').count()).toBe(0);
    expect(await page.locator('.note').textContent()).toMatch(/^\d+ tokens, [\d.]+ tok\/s$/);
    expect(requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('goes on with the conversation and can forget it', async () => {
    await ask('First');
    await page.waitForSelector('.note:has-text("tokens,")');
    const [request] = await Promise.all([page.waitForRequest('**/v1/chat/completions'), ask('Second')]);
    const { messages } = request.postDataJSON() as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'user: First',
      'assistant: 23 <b>bold</b> and 12.',
      'user: Second',
    ]);
    await page.click('#clear');
    expect(await page.locator('article').count()).toBe(0);
    expect(await page.locator('#welcome').isVisible()).toBe(true);
  });

  it('stops an answer, and the worker with it', async () => {
    await ask('forever');
    await page.waitForSelector('#stop:visible');
    await page.waitForSelector('details.thinking summary:has-text("Thinking")');
    await page.click('#stop');
    await page.waitForSelector('.note:has-text("Stopped.")');
    expect(await page.locator('#send').isVisible()).toBe(true);
    await until('nothing runs', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });

  it('speaks both languages and remembers the choice', async () => {
    expect(await page.locator('#send').textContent()).toBe('Send');
    await page.selectOption('#language', 'zh');
    expect(await page.locator('#send').textContent()).toBe('发送');
    expect(await page.locator('#examples button').last().textContent()).toContain('鸡兔同笼');
    expect(await page.getAttribute('html', 'lang')).toBe('zh');
    await page.locator('#examples button').last().click();
    await page.waitForSelector('.note:has-text("词元/秒")');
    expect(await page.locator('details.thinking summary').textContent()).toMatch(/^思考了 \d+ 秒$/);
    await page.reload();
    expect(await page.locator('#send').textContent()).toBe('发送');
    const chinese = await browser.newPage({ locale: 'zh-CN' });
    await chinese.goto(server.url);
    expect(await chinese.locator('#send').textContent()).toBe('发送');
    await chinese.close();
  });

  it('has a policy without unsafe-inline, and it binds', async () => {
    const policy = (await fetch(server.url)).headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.intruder = true';
      document.body.append(script);
    `);
    expect(await page.evaluate(`'intruder' in window`)).toBe(false);
  });

  it('asks for a key where one is needed, and says when it is wrong', async () => {
    const keys = [{ name: 'me', sha256: hashKey('the-key-of-this-test') }];
    const locked = await startFakeServer(SCRIPT, { settings: { access: { keys, hosts: null, origins: [] } } });
    await page.goto(locked.url);
    await page.waitForSelector('#key:visible');
    await ask('How many?');
    await page.waitForSelector('.note.failed:has-text("key")');
    await page.fill('#key', 'the-key-of-this-test');
    await page.press('#key', 'Tab');
    await page.waitForSelector('#model:text("fake-r1")');
    await ask('How many?');
    await page.waitForSelector('.note:has-text("tokens,")');
    await locked.stop();
  });
});
