import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outcomeSchema } from '../../src/core/outcome.js';
import { profileSchema } from '../../src/core/profile.js';
import { configurationSchema, runResultSchema } from '../../src/core/run-result.js';
import { tempFolder } from '../helpers/fake-model.js';
import { type CliResult, runCli } from '../helpers/run-cli.js';

/** One configuration measured by the program as a user runs it, and the settings that every command reads. */

const COST = { loadMs: 1, prefillMsPerToken: 0.01, decodeMs: 1 };

function place(script: Record<string, unknown> = {}): { folder: string; model: string } {
  const folder = tempFolder('bench');
  const model = join(folder, 'engine.json');
  writeFileSync(model, JSON.stringify({ kind: 'r1-tune/fake-engine', cost: COST, ...script }));
  return { folder, model };
}

type Place = ReturnType<typeof place>;
const FAKE = ['bench', '--backend', 'fake', '--effort', 'quick'];

async function bench(at: Place, flags: string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli([...FAKE, '--model', at.model, '--out', 'run', ...flags], {
    cwd: at.folder,
    env: { R1TUNE_HOME: join(at.folder, 'home'), ...env },
  });
}

const trialsOf = (at: Place) =>
  readFileSync(join(at.folder, 'run/outcomes.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => outcomeSchema.parse(JSON.parse(line)));

describe('bench', () => {
  it('leaves the files of a run, and prints JSON alone on stdout', async () => {
    const at = place();
    const result = await bench(at, ['--trials', '2', '--json', '--threads', '1']);
    expect(result.exitCode, result.stderr).toBe(0);
    const printed = configurationSchema.parse(JSON.parse(result.stdout));
    expect(printed).toMatchObject({ trials: 2, candidate: { threads: 1, backend: 'fake' } });
    const read = (name: string): unknown => JSON.parse(readFileSync(join(at.folder, 'run', name), 'utf8'));
    const run = runResultSchema.parse(read('run.json'));
    expect(run.configurations).toEqual([printed]);
    expect(run.choice).toBeNull();
    expect(profileSchema.parse(read('best.json')).candidate).toEqual(printed.candidate);
    expect(readdirSync(join(at.folder, 'run'))).toEqual(expect.arrayContaining(['report.html', 'summary.md']));
    expect(trialsOf(at).map((o) => [o.trial, o.phase, o.block])).toEqual([
      [0, 'bench', 0],
      [1, 'bench', 1],
    ]);
  });

  it('measures the allocator that was asked for, not the defaults that share its thread count', async () => {
    const at = place();
    const result = await bench(at, ['--trials', '1', '--batch', '64', '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(trialsOf(at)).toHaveLength(1);
    expect(trialsOf(at)[0]!.candidate.batch).toBe(64);
  });

  it('of a child that crashes is nothing viable, with the reason', async () => {
    const at = place({ faults: [{ kind: 'crash', at: 'load' }] });
    const result = await bench(at, ['--trials', '1']);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/It did not run: crashed: ended by SIGABRT while loading/);
  });

  const refused: [string, string[], RegExp][] = [
    ['several values', ['--threads', '1,2'], /bench measures one configuration; these flags describe 2/],
    ['more threads than can run', ['--threads', '4000'], /cannot run here: .*4000: no more than \d+ threads/],
    ['CPUs that are not there', ['--binding', 'taskset:4000'], /cannot run here: .*CPU 4000|taskset is not installed/],
    ['no trials', ['--trials', '0'], /--trials: "0" is not valid; expected a whole number from 1 on/],
    ['text for a number', ['--trials', 'many'], /--trials: "NaN" is not valid; expected a whole/],
    ['a seed below zero', ['--seed=-1'], /--seed: "-1"/],
    ['half a seed', ['--seed', '1.5'], /--seed: "1\.5"/],
    ['a flag given twice', ['--label', 'a', '--label', 'b'], /--label was given more than once/],
    ['a context too small to measure in', ['--context', '40'], /--context: 40 tokens are too few/],
    ['an empty list', ['--allocator='], /--allocator: "" is not valid/],
  ];
  it.each(refused)('refuses %s, and leaves nothing behind', async (_name, flags, message) => {
    const at = place();
    const result = await bench(at, flags);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/→ .+\n {2}\[USAGE\]$/);
    expect(result.exitCode).toBe(2);
    expect(existsSync(join(at.folder, 'run'))).toBe(false);
  });
});

describe('a run of another machine', () => {
  it('is not gone on with here, and keeps its lock free', async () => {
    const at = place();
    expect((await bench(at, ['--trials', '1'])).exitCode).toBe(0);
    const path = join(at.folder, 'run/machine.json');
    const machine = JSON.parse(readFileSync(path, 'utf8'));
    machine.fingerprint.hard.allowedCpus = '0-63';
    writeFileSync(path, JSON.stringify(machine));
    // A bench is refused for what it is; a sweep has the same files.
    const planPath = join(at.folder, 'run/plan.json');
    writeFileSync(planPath, readFileSync(planPath, 'utf8').replace('"strategy": "bench"', '"strategy": "random"'));
    const result = await runCli(['sweep', '--resume', 'run'], { cwd: at.folder });
    expect(result.stderr).toMatch(/begun on another machine: allowedCpus 0-63 there, .* here[\s\S]*\[MACHINE_UNFIT\]/);
    expect(result.exitCode).toBe(3);
    expect(trialsOf(at)).toHaveLength(1);
    expect(existsSync(join(at.folder, 'run/.lock'))).toBe(false);
  });
});

describe('settings', () => {
  const config = (at: Place, content: unknown): void =>
    writeFileSync(
      join(at.folder, 'r1-tune.config.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );

  it('of the file are below the environment, and both below the flags', async () => {
    const at = place();
    config(at, { trials: 3, label: 'from-file', batch: 32, budget: 'for another command' });
    const result = await bench(at, ['--trials', '1'], { R1TUNE_LABEL: 'from-env', R1TUNE_TRIALS: '2' });
    expect(result.exitCode, result.stderr).toBe(0);
    const plan = JSON.parse(readFileSync(join(at.folder, 'run/plan.json'), 'utf8'));
    expect(trialsOf(at)).toHaveLength(1);
    expect(plan.label).toBe('from-env');
    expect(plan.candidates[0].batch).toBe(32);
  });

  it('may be lists, numbers or names in camel case', async () => {
    const at = place();
    config(at, { threads: [1], threadsBatch: 1, trials: 1, flashAttention: 'off' });
    const result = await bench(at, ['--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(trialsOf(at)[0]!.candidate).toMatchObject({ threads: 1, threadsBatch: null, flashAttention: false });
  });

  it('of the environment may be lists too', async () => {
    const at = place();
    const result = await bench(at, [], { R1TUNE_THREADS: '12,1', R1TUNE_TRIALS: '1' });
    expect(result.stderr).toMatch(/these flags describe 2/);
  });

  it.each<[string, unknown, RegExp]>([
    ['a key that no command knows', { thread: 4 }, /r1-tune\.config\.json: no command has a flag --thread\./],
    ['no JSON', '{', /r1-tune\.config\.json is not JSON/],
    ['a list', [], /must be an object of flags/],
    ['a wrong value', { trials: 'many' }, /--trials: .* expected a whole number/],
  ])('of %s are refused', async (_name, content, message) => {
    const at = place();
    config(at, content);
    const result = await bench(at, ['--threads', '1']);
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(2);
    expect(existsSync(join(at.folder, 'run'))).toBe(false);
  });
});
