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
    {
      when: 'formulas',
      after: '</think>\n\n',
      say: 'Let $c$ be **bold** at 5$ or 6$.\n\n\\[x^2 = 4\\]\n\n```js\nlet a = "<b>";\n```\n\n[web](https://example.com) [bad](javascript:alert(1)) \\boxed{\\frac{1}{2}}',
    },
    { when: 'formulas', after: '<think>\n', say: 'Let me think</think>\n\n' },
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

  it('shows Markdown and formulas, and makes no markup and no script of what a model writes', async () => {
    await ask('formulas');
    await page.waitForSelector('.note:has-text("tokens,")');
    const answer = page.locator('.answer');
    expect(await answer.locator('strong').textContent()).toBe('bold');
    expect(await answer.locator('math').count()).toBe(3);
    expect(await answer.locator('div.formula math').count()).toBe(1);
    expect(await answer.textContent()).toContain('at 5$ or 6$');
    expect(await answer.locator('pre code').textContent()).toBe('let a = "<b>";');
    expect(await answer.locator('a').count()).toBe(1);
    expect(requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('a new chat during an answer has nothing of the old one', async () => {
    await ask('forever');
    await page.waitForSelector('details.thinking summary:has-text("Thinking")');
    await page.click('#clear');
    const [request] = await Promise.all([page.waitForRequest('**/v1/chat/completions'), ask('Second')]);
    const { messages } = request.postDataJSON() as { messages: { content: string }[] };
    expect(messages.map(({ content }) => content)).toEqual(['Second']);
    await page.waitForSelector('.note:has-text("tokens,")');
    expect(await page.locator('article.user').count()).toBe(1);
  });

  it('keeps conversations over a reload; they can be gone on with, edited, asked again and deleted', async () => {
    await ask('First');
    await page.waitForSelector('.note:has-text("tokens,")');
    await page.reload();
    await page.click('#chats .title:has-text("First")');
    expect(await page.locator('.answer').textContent()).toBe('23 <b>bold</b> and 12.');
    const [again] = await Promise.all([page.waitForRequest('**/v1/chat/completions'), page.click('.regenerate')]);
    expect((again.postDataJSON() as { messages: object[] }).messages).toHaveLength(1);
    await page.waitForSelector('.note:has-text("tokens,")');
    await page.click('.edit');
    expect(await page.inputValue('#question')).toBe('First');
    expect(await page.locator('article').count()).toBe(0);
    await page.press('#question', 'Enter');
    await page.waitForSelector('.note:has-text("tokens,")');
    await page.click('#chats li button:has-text("×")');
    expect(await page.locator('#chats li').count()).toBe(0);
  });

  it('sends the system prompt, the settings and files as text', async () => {
    await page.click('#settings summary');
    await page.fill('#system', 'Be brief.');
    await page.fill('#temperature', '0');
    await page.fill('#seed', '7');
    await page.setInputFiles('#fileInput', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('inside') });
    await page.waitForSelector('#files li:has-text("a.txt")');
    const [request] = await Promise.all([page.waitForRequest('**/v1/chat/completions'), ask('What?')]);
    expect(request.postDataJSON()).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'a.txt\n```\ninside\n```\n\nWhat?' },
      ],
      temperature: 0,
      seed: 7,
    });
  });

  it('gives a question back that was not answered', async () => {
    await page.route('**/v1/chat/completions', (route) => route.abort());
    await ask('Lost?');
    await page.waitForSelector('.note.failed');
    expect(await page.inputValue('#question')).toBe('Lost?');
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
