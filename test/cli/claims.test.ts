import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ClaimsDocument, claimsDocumentSchema } from '../../src/core/claims.js';
import { type Outcome, outcomeSchema } from '../../src/core/outcome.js';
import { markVoided } from '../../src/sweeps/trials/void-blocks.js';
import { expectDocuments } from '../helpers/expect-documents.js';
import { tempFolder } from '../helpers/fake-model.js';
import { MAIN, runCli } from '../helpers/run-cli.js';

/** The program as a user runs it, on the fake engine: our own plumbing. */

function script(folder: string, content: Record<string, unknown> = {}): string {
  const path = join(folder, 'engine.json');
  const cost = { loadMs: 1, prefillMsPerToken: 0.02, decodeMs: 0.6, quant: { q8_0: 1.9 }, noise: 0.01 };
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', cost, ...content }));
  return path;
}

const args = (model: string, out: string, more: string[]): string[] => [
  'claims',
  '--backend',
  'fake',
  '--model',
  model,
  '--no-bandwidth',
  '--out',
  out,
  ...more,
];

const documentOf = (out: string): ClaimsDocument =>
  claimsDocumentSchema.parse(JSON.parse(readFileSync(join(out, 'claims.json'), 'utf8')));

const trialsOf = (out: string): Outcome[] => {
  const path = join(out, 'outcomes.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => outcomeSchema.parse(JSON.parse(line)));
};

describe('claims on the fake engine', () => {
  it('gives a verdict or a reason for each, with the trials in the log and a table to paste', async () => {
    const folder = tempFolder('claims');
    const out = join(folder, 'run');
    const result = await runCli(args(script(folder), out, ['--only', '4,5,11', '--budget', '20m']));
    expect(result.exitCode).toBe(0);
    const { results, errorRate } = documentOf(out);
    expect(errorRate).toBe(0.05);
    expectDocuments(out);
    expect(results.map((r) => r.number)).toEqual([4, 5, 11]);
    expect(results[0]).toMatchObject({ verdict: 'cannot-test', blocks: 0 });
    const bytes = results[1]!;
    // The fake engine's memory is Node's own: INT4 takes as much as INT8.
    expect(bytes.verdict).toBe('does-not-hold');
    expect(bytes.blocks).toBeGreaterThanOrEqual(7);
    const decode = bytes.contrasts.find((c) => c.metric === 'decode')!;
    expect(decode.ratio!.low!).toBeLessThan(decode.ratio!.high!);
    const claimed = trialsOf(out).filter((t) => t.phase === 'claim');
    expect(new Set(claimed.map((t) => t.arm))).toEqual(new Set(['5/fake q8_0', '5/fake q4_0']));
    expect(result.stdout).toMatch(/^\| # \| Claim \| Verdict \| Found \|/);
    expect(readFileSync(join(out, 'claims.md'), 'utf8')).toContain('r1-tune claims --backend fake');
  }, 300_000);

  it('says that the budget is too short instead of giving a verdict', async () => {
    const folder = tempFolder('short');
    const out = join(folder, 'run');
    expect((await runCli(args(script(folder), out, ['--only', '2', '--budget', '6s']))).exitCode).toBe(0);
    const [result] = documentOf(out).results;
    expect(result!.verdict).toBe('cannot-test');
    expect(result!.finding).toMatch(/--budget|no time/);
  }, 60_000);

  it('is resumed where it was killed, and runs no complete block twice', async () => {
    const folder = tempFolder('resume');
    const out = join(folder, 'run');
    const child = spawn(process.execPath, [MAIN, ...args(script(folder), out, ['--only', '2', '--budget', '20m'])], {
      stdio: 'ignore',
    });
    for (let i = 0; i < 1200 && trialsOf(out).length < 6; i++) await sleep(50);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const before = trialsOf(out);
    const result = await runCli(['claims', '--resume', out]);
    expect(result.exitCode).toBe(0);
    const after = trialsOf(out);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.map((t) => t.trial)).toEqual(after.map((_, i) => i));
    // A block that the machine disturbed is run again as a whole, which is no block run twice.
    const counted = markVoided(after).filter((t) => !t.voided);
    const keys = counted.map((t) => `${t.arm} ${t.block}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(documentOf(out).results[0]!.blocks).toBeGreaterThanOrEqual(6);
    const claimed = after.filter((t) => t.phase === 'claim');
    expect(new Set(claimed.filter((t) => t.position === 0).map((t) => t.arm)).size, 'both orders occur').toBe(2);
  }, 300_000);

  it('answers Ctrl-C with exit 130 and the resume command', async () => {
    const folder = tempFolder('ctrl-c');
    const out = join(folder, 'run');
    const child = spawn(process.execPath, [MAIN, ...args(script(folder), out, ['--only', '3', '--budget', '20m'])], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    for (let i = 0; i < 1200 && trialsOf(out).length < 3; i++) await sleep(50);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(130);
    expect(stderr).toMatch(/r1-tune claims --resume/);
  }, 120_000);

  it('goes on without a file that does not run here, and says so', async () => {
    const folder = tempFolder('crash');
    const out = join(folder, 'run');
    const faults = [{ kind: 'crash', at: 'load', when: { quant: ['q8_0'] } }];
    await runCli(args(script(folder, { faults }), out, ['--only', '5,12', '--budget', '5m', '--price-per-hour', '1']));
    const [bytes, cost] = documentOf(out).results;
    expect(bytes!.verdict).toBe('cannot-test');
    expect(bytes!.finding).toMatch(/two levels/i);
    expect(cost!.facts.some((f) => f.name.includes('a million generated tokens'))).toBe(true);
  }, 120_000);
});

describe('bad input', () => {
  const cases: [string, string[], RegExp][] = [
    ['a claim that there is not', ['--only', '1,14'], /--only: "1,14" is not valid; expected numbers from 1 to 13/],
    ['a budget without a unit', ['--budget', '30'], /"30" is not a duration/],
    ['a price that is none', ['--price-per-hour', '-1'], /--price-per-hour: -1/],
    ['nothing to resume', ['--resume', '/no/such/run'], /no claims-plan\.json/],
  ];
  it.each(cases)('%s: one clear message and nothing made', async (_name, flags, message) => {
    const folder = tempFolder('bad');
    const result = await runCli(['claims', '--backend', 'fake', '--model', 'none.json', ...flags], { cwd: folder });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/→ /);
    expect(readdirSync(folder)).toEqual([]);
  });
});
