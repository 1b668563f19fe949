import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/core/run-result.js';
import { tempFolder } from '../helpers/fake-model.js';
import { runCli } from '../helpers/run-cli.js';

/** What can be refused without work is refused first; what fits no search ends with a result all the same. */

/** The 1.5B of the README on two cores, `slowness` times as slow. */
function engine(folder: string, slowness: number): string {
  const path = join(folder, 'engine.json');
  const cost = { loadMs: 100 * slowness, prefillMsPerToken: 0.8 * slowness, decodeMs: 6 * slowness, noise: 0.01 };
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', cost: { ...cost, parallelShare: 0.8 } }));
  return path;
}

const sweep = (folder: string, slowness: number, more: string[]) =>
  runCli([
    ...['sweep', '--backend', 'fake', '--model', engine(folder, slowness), '--binding', 'none', '--no-bandwidth'],
    ...['--effort', 'quick', '--out', join(folder, 'run'), ...more],
  ]);

describe('a small budget', () => {
  it.each([
    ['enough for a quick machine', 1, 40],
    ['of a machine at a quarter of that speed', 4, 40],
    ['of a very slow machine', 12, 30],
  ])(
    '%s: a result, a report, and the budget kept',
    { timeout: 120_000, retry: 1 },
    async (_name, slowness, seconds) => {
      const folder = tempFolder('budget');
      const started = Date.now();
      const result = await sweep(folder, slowness, ['--threads', '1,2', '--budget', `${seconds}s`]);
      expect(result.exitCode, result.stderr).toBe(0);
      const run = JSON.parse(readFileSync(join(folder, 'run/run.json'), 'utf8')) as RunResult;
      expect(existsSync(join(folder, 'run/report.html'))).toBe(true);
      expect(run.choice).not.toBeNull();
      if (run.plan.shortfall) {
        expect(result.stderr).toContain('A search that can be trusted takes about');
        expect(run.warnings.map(({ code }) => code)).toContain('small-budget');
      }
      if (run.plan.shortfall?.worth === 'rates') {
        expect(run.choice!.verdict).toBe('unconfirmed');
        expect(result.stdout).toMatch(/Too little was measured[\s\S]*Measured:\n.*tok\/s/);
      }
      // The trials alone: how long programs take to start and write here is the business of whoever else is running.
      const last = run.outcomes.at(-1)!;
      expect(Date.parse(last.startedAt) + last.wallMs - started).toBeLessThan(seconds * 1200);
    },
  );

  it('that holds no comparison anywhere is refused at once, with one that does', async () => {
    const folder = tempFolder('budget');
    const result = await sweep(folder, 1, ['--budget', '3s']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/--budget 3s cannot hold a single comparison[\s\S]*at least 15s/);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});

describe('before any work', () => {
  it.skipIf(process.platform !== 'linux').each(['sweep', 'bench', 'calibrate'])(
    '%s finds a folder that cannot be written',
    async (command) => {
      const folder = tempFolder('first');
      const result = await runCli([command, '--model', 'synthetic:tiny', '--out', '/proc/nope'], {
        env: { R1TUNE_HOME: join(folder, 'home') },
      });
      expect(result.stderr).toMatch(/OUTPUT_UNWRITABLE/);
      // No model was made, nothing measured.
      expect(result.stderr).not.toMatch(/bandwidth|Making|Quality/);
      expect(existsSync(join(folder, 'home'))).toBe(false);
    },
  );

  it('a bench is not gone on with as a sweep, and its folder stays as it was', async () => {
    const folder = tempFolder('first');
    const out = join(folder, 'bench');
    const bench = ['bench', '--backend', 'fake', '--model', engine(folder, 0.1), '--threads', '1', '--trials', '2'];
    expect((await runCli([...bench, '--effort', 'quick', '--out', out])).exitCode).toBe(0);
    const before = readdirSync(out).map((name) => [name, name.includes('.') && readFileSync(join(out, name), 'utf8')]);
    const result = await runCli(['sweep', '--resume', out]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/is the folder of a bench, not of a sweep[\s\S]*run it again/);
    expect(readdirSync(out).map((name) => [name, name.includes('.') && readFileSync(join(out, name), 'utf8')])).toEqual(
      before,
    );
  });
});

it('--dry-run prints the plan, makes no model and measures nothing', async () => {
  const folder = tempFolder('dry');
  const env = { R1TUNE_HOME: join(folder, 'home') };
  const result = await runCli(['sweep', '--dry-run', '--threads', '1,2', '--budget', '5m'], { cwd: folder, env });
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout).toMatch(/Axes:[\s\S]*threads: 1, 2[\s\S]*Configurations: \d+[\s\S]*about \d+ trials and /);
  expect(readdirSync(folder)).toEqual([]);
  const plan = await runCli(['sweep', '--dry-run', '--threads', '1,2', '--json'], { cwd: folder, env });
  expect(JSON.parse(plan.stdout)).toMatchObject({ kind: 'r1-tune/plan', budgetMs: null });
});
