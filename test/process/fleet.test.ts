import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/core/fleet.js';
import type { FleetSummary } from '../../src/core/fleet-summary.js';
import { findChromium, launchChromium, openFile } from '../helpers/browser.js';
import { tempFolder } from '../helpers/fake-model.js';
import { type GeneratedFleet, writeGeneratedFleet } from '../helpers/fleet/generated-fleet.js';
import { runCli } from '../helpers/run-cli.js';

/** 200 machines as a shell sees them: fingerprints of recorded machines, rates of the fake engine's cost model, three slow nodes. */

const SLOW = { 'cloud-epyc-9654-4': 1.15, 'graviton-3-17': 1.12, 'strix-point-hx370-2': 1.2 };
const root = tempFolder('fleet-200');
const into = join(root, 'fleet');
let made: GeneratedFleet;
let browser: Browser | null = null;

const run = async (...args: string[]): Promise<string> => {
  const { stdout, stderr, exitCode } = await runCli(args, { cwd: root });
  expect(exitCode, stderr).toBe(0);
  return stdout;
};
const read = <T>(name: string): T => JSON.parse(readFileSync(join(into, name), 'utf8')) as T;

beforeAll(async () => {
  made = await writeGeneratedFleet(join(root, 'results'), { machines: 200, seed: 7, slow: SLOW });
  mkdirSync(join(root, 'results/torn/sweep'), { recursive: true });
  writeFileSync(join(root, 'results/torn/sweep/run.json'), '{"kind":"r1-tune/run"');
  await run('fleet', 'collect', 'results', '--node-from-folder', '--into', 'fleet');
  const prices = read<Fleet>('FLEET.json').kinds.map(({ id }, i) => ({
    kind: id,
    name: `type-${i}`,
    perHour: 0.2 + 0.1 * i,
  }));
  writeFileSync(
    join(root, 'prices.json'),
    JSON.stringify({ schemaVersion: 1, kind: 'r1-tune/prices', currency: '$', machines: prices }),
  );
  const chromium = findChromium();
  browser = chromium ? await launchChromium(chromium) : null;
}, 300_000);
afterAll(() => browser?.close());

describe('a fleet of 200 machines', () => {
  it('is collected by kind and machine, and what is torn is named', () => {
    const { kinds, setAside } = read<Fleet>('FLEET.json');
    expect(kinds).toHaveLength(made.kinds.length);
    expect(kinds.flatMap(({ machines }) => machines)).toHaveLength(made.kinds.flatMap(({ nodes }) => nodes).length);
    expect(setAside.map(({ source }) => source)).toEqual(['results/torn/sweep']);
  });

  it('is reported: the three slow nodes are named and no other, and the page opens in under 2 s', async () => {
    const files = await run('fleet', 'report', 'fleet', '--prices', 'prices.json');
    expect(files.split('\n').map((path) => path.split('/').at(-1))).toEqual([
      ...['fleet.html', 'fleet.md', 'kinds.csv', 'machines.csv', 'fleet-summary.json'],
      ...['chart-fleet-frontier-1.png', 'chart-fleet-spread-1.png'],
    ]);
    const { tasks, machines } = read<FleetSummary>('fleet-summary.json');
    expect(machines).toBe(200);
    const named = tasks.flatMap(({ kinds }) =>
      kinds.flatMap(({ spread }) =>
        spread.machines.filter(({ verdict }) => verdict !== 'usual').map(({ node }) => node),
      ),
    );
    expect(named.sort()).toEqual(Object.keys(SLOW).sort());
    const markdown = readFileSync(join(into, 'fleet.md'), 'utf8');
    for (const node of Object.keys(SLOW)) expect(markdown).toContain(node);
    if (!browser) return;
    const { page, complaints, requests } = await openFile(browser, join(into, 'fleet.html'));
    await page.locator('[data-table="fleetMachines"] tbody tr').first().waitFor();
    // From the start of the navigation, as the page itself sees it.
    const openMs = await page.evaluate(() => performance.now());
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    expect(openMs).toBeLessThan(2000);
    expect(await page.locator('.finding:visible').allInnerTexts()).toEqual(
      expect.arrayContaining(Object.keys(SLOW).map((node) => expect.stringContaining(node))),
    );
    await page.locator('label[for="language-zh"]').click();
    expect(await page.locator('h2:visible').first().textContent()).toContain('各类机器的最佳配置');
  }, 120_000);
});
