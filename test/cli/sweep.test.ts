import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../src/core/profile.js';
import { runResultSchema } from '../../src/core/run-result.js';
import { expectDocuments } from '../helpers/expect-documents.js';
import { tempFolder } from '../helpers/fake-model.js';
import { type CliResult, MAIN, runCli } from '../helpers/run-cli.js';

/** The program as a user runs it, on the fake engine: our own plumbing, killed and resumed. */

type Script = Record<string, unknown>;

function script(folder: string, content: Script): string {
  const path = join(folder, 'engine.json');
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', ...content }));
  return path;
}

const COST: Script = {
  // A second thread costs half as much again, so that the default of two or more loses clearly and ten pairs confirm it.
  cost: {
    ...{ loadMs: 1, prefillMsPerToken: 0.01, decodeMs: 0.6, quant: { q4_0: 1, q8_0: 1.7 }, noise: 0.01 },
    ...{ bestThreads: 1, crowding: 0.5 },
  },
};

const args = (model: string, out: string): string[] => [
  'sweep',
  '--no-sentinels',
  '--backend',
  'fake',
  '--model',
  model,
  '--quant',
  'q4_0,q8_0',
  '--threads',
  '1',
  '--binding',
  'none',
  '--allocator',
  'glibc',
  '--no-bandwidth',
  '--effort',
  'quick',
  '--out',
  out,
];

const linesOf = (out: string): string[] => {
  const path = join(out, 'outcomes.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
};

function expectWhole(out: string): void {
  const run = runResultSchema.parse(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
  const trials = linesOf(out).map(
    (line) => JSON.parse(line) as { trial: number; phase: string; block: number; candidateId: string; voided: boolean },
  );
  expect(trials.map((t) => t.trial)).toEqual(trials.map((_, i) => i));
  const counted = run.outcomes.filter((o) => !o.voided).map((o) => `${o.phase}/${o.block}/${o.candidateId}`);
  expect(new Set(counted).size).toBe(counted.length);
  expectDocuments(out);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('</html>');
  expect(readdirSync(out).filter((name) => name.includes('partial'))).toEqual([]);
  profileSchema.parse(JSON.parse(readFileSync(join(out, 'best.json'), 'utf8')));
}

const start = (out: string, model: string, more: string[] = []): ChildProcess =>
  spawn(process.execPath, [MAIN, ...args(model, out), ...more], { stdio: 'ignore' });

async function waitForTrials(out: string, count: number): Promise<void> {
  for (let i = 0; i < 600 && linesOf(out).length < count; i++) await sleep(50);
  expect(linesOf(out).length).toBeGreaterThanOrEqual(count);
}

describe('sweep on the fake engine', () => {
  it('ends with a valid run, a profile of the faster quantization, and a report', async () => {
    const folder = tempFolder('sweep');
    const out = join(folder, 'run');
    const result = await runCli(args(script(folder, COST), out));
    expect(result.stderr).toMatch(/configurations, model-race search: about \d+ trials/);
    expect(result.exitCode).toBe(0);
    expectWhole(out);
    const profile = profileSchema.parse(JSON.parse(readFileSync(join(out, 'best.json'), 'utf8')));
    expect(profile.candidate.quant).toBe('q4_0');
    expect(result.stdout).toContain('r1-tune serve --profile');
  }, 120_000);

  it('loses at most the running trial to kill -9 at any moment, and runs none twice', async () => {
    const folder = tempFolder('kill');
    const out = join(folder, 'run');
    const model = script(folder, COST);
    for (const trials of [1, 4, 9]) {
      const child =
        linesOf(out).length === 0
          ? start(out, model)
          : spawn(process.execPath, [MAIN, 'sweep', '--resume', out], { stdio: 'ignore' });
      await waitForTrials(out, trials);
      await sleep(Math.random() * 150);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    const before = linesOf(out);
    const result = await runCli(['sweep', '--resume', out]);
    expect(result.exitCode).toBe(0);
    expect(linesOf(out).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    // It goes on as it began: --no-sentinels holds.
    expect(linesOf(out).every((line) => JSON.parse(line).sentinels === null)).toBe(true);
    expectWhole(out);
  }, 120_000);

  it('cuts off a line that a power cut left half-written', async () => {
    const folder = tempFolder('torn');
    const out = join(folder, 'run');
    const model = script(folder, COST);
    const child = start(out, model);
    await waitForTrials(out, 3);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    writeFileSync(join(out, 'outcomes.jsonl'), `${linesOf(out).join('\n')}\n{"schemaVersion":1,"trial":`);
    expect((await runCli(['sweep', '--resume', out])).exitCode).toBe(0);
    expectWhole(out);
  }, 120_000);

  it('answers Ctrl-C with exit 130 and the resume command, and leaves no child', async () => {
    const folder = tempFolder('ctrl-c');
    const out = join(folder, 'run');
    const child = spawn(process.execPath, [MAIN, ...args(script(folder, COST), out)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    await waitForTrials(out, 2);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(130);
    expect(stderr).toMatch(/r1-tune sweep --resume/);
  }, 60_000);

  it('goes on past configurations that crash, hang or cannot be bound, and reports each with its reason', async () => {
    const folder = tempFolder('faults');
    const out = join(folder, 'run');
    const faults = [
      { kind: 'crash', at: 'decode', when: { threads: [3] } },
      { kind: 'refuse-binding', at: 'load', when: { binding: ['taskset:0'] } },
    ];
    const model = script(folder, { ...COST, faults });
    const flags = ['--quant', 'q4_0', '--threads', '1,2', '--binding', 'none,taskset:0'];
    const result = await runCli([
      'sweep',
      '--backend',
      'fake',
      '--model',
      model,
      ...flags,
      '--allocator',
      'glibc',
      '--no-bandwidth',
      '--no-sentinels',
      '--effort',
      'quick',
      '--out',
      out,
    ]);
    expect(result.exitCode).toBe(0);
    const run = runResultSchema.parse(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
    const refused = run.configurations.find((c) => c.candidate.binding.name === 'taskset:0' && c.failures.length > 0);
    expect(refused!.failures[0]!.status).toBe('unsupported');
    expect(readFileSync(join(out, 'summary.md'), 'utf8')).toContain('taskset');
  }, 120_000);
});

describe('bad input', () => {
  const cases: [string, string[], number, RegExp][] = [
    ['no such model', ['sweep', '--model', '/no/such.gguf'], 2, /such\.gguf/],
    ['no such geometry', ['sweep', '--model', 'synthetic:nothing'], 2, /nothing/],
    ['zero threads', ['bench', '--model', 'synthetic:tiny', '--threads', '0'], 2, /--threads: "0"/],
    [
      'an unknown allocator',
      ['sweep', '--model', 'synthetic:tiny', '--allocator', 'hoard'],
      2,
      /hoard.*glibc, jemalloc/,
    ],
    ['an unknown strategy', ['sweep', '--model', 'synthetic:tiny', '--strategy', 'luck'], 2, /luck/],
    ['a budget without a unit', ['sweep', '--model', 'synthetic:tiny', '--budget', '5'], 2, /"5" is not a duration/],
    ['an unknown flag', ['sweep', '--model', 'synthetic:tiny', '--thread', '1'], 2, /thread/],
    ['an unknown command', ['sweeep'], 2, /sweep/],
    ['no profile', ['gate', '--baseline', '/no/best.json'], 2, /best\.json/],
    ['nothing to resume', ['sweep', '--resume', '/no/such/run'], 2, /no plan\.json/],
    ['an unknown schema', ['schema', 'nothing'], 2, /candidate, workload/],
  ];
  it.each(cases)('%s: one clear message, exit %#', async (_name, command, exit, message) => {
    const folder = tempFolder('bad');
    const result: CliResult = await runCli(command, { cwd: folder, env: { R1TUNE_HOME: join(folder, 'home') } });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/→ /);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.exitCode).toBe(exit);
    expect(readdirSync(folder).filter((name) => name !== 'home')).toEqual([]);
  });
});

it('--neighbour measures the recommendation beside a busy process, and counts that for nothing else', async () => {
  const out = join(tempFolder('sweep'), 'run');
  const result = await runCli([
    ...args(script(tempFolder('script'), COST), out),
    '--neighbour',
    '--environment',
    'exclusive',
  ]);
  expect(result.exitCode).toBe(0);
  expectWhole(out);
  const run = runResultSchema.parse(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
  expect(run.neighbour!.arms.map(({ role, objective }) => [role, objective.n])).toEqual([
    ['winner', 3],
    ['rival', 3],
  ]);
  expect(run.outcomes.some(({ phase }) => phase === 'neighbour')).toBe(false);
  expect(linesOf(out)).toHaveLength(run.outcomes.length + run.neighbour!.outcomes.length);
  const profile = profileSchema.parse(JSON.parse(readFileSync(join(out, 'best.json'), 'utf8')));
  expect(profile.neighbour).toMatchObject({ environment: 'exclusive', decodeTokensPerSecond: { n: 3 } });
  expect(result.stdout).toContain('Decode beside one busy process:');
}, 120_000);
