import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Profile, profileSchema } from '../../src/core/profile.js';
import { expectDocuments } from '../helpers/expect-documents.js';
import { tempFolder } from '../helpers/fake-model.js';
import { type CliResult, runCli } from '../helpers/run-cli.js';

/**
 * The gate as a CI job runs it, on the fake engine. Readings of the machine are left out: this is about our plumbing, and a
 * busy build server must not void its pairs. The rule itself is tested without processes, its error rates by simulation.
 */

const FOLDER = tempFolder('gate');
const env = { R1TUNE_HOME: join(FOLDER, 'home'), GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' };
const at = (name: string): string => join(FOLDER, name);
const script = (name: string, content: Record<string, unknown>): string => {
  writeFileSync(at(name), JSON.stringify({ kind: 'r1-tune/fake-engine', ...content }));
  return at(name);
};

const COST = { loadMs: 1, prefillMsPerToken: 0.01, decodeMs: 2 };
let baseline: Profile;

/** Writes the baseline with changes under a name of its own. */
function profile(name: string, change: (p: Profile) => Partial<Profile>): string {
  writeFileSync(at(name), JSON.stringify({ ...baseline, ...change(baseline) }));
  return at(name);
}

const gate = (out: string, flags: string[], extra: Record<string, string> = {}): Promise<CliResult> =>
  runCli(['gate', '--no-sentinels', '--out', out, ...flags], { cwd: FOLDER, env: { ...env, ...extra } });

const loggedIn = (out: string): { phase: string; arm: string }[] =>
  readFileSync(join(FOLDER, out, 'outcomes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

type Entry = { at: string; commit: string | null; values: Record<string, number> };
const linesOf = (path: string): Entry[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const resultOf = (out: string) => JSON.parse(readFileSync(join(FOLDER, out, 'gate.json'), 'utf8'));

beforeAll(async () => {
  const model = script('engine.json', { cost: COST });
  const flags = ['--backend', 'fake', '--effort', 'quick', '--threads', '1', '--trials', '1', '--out', at('bench')];
  const result = await runCli(['bench', '--model', model, ...flags], { cwd: FOLDER, env });
  expect(result.exitCode, result.stderr).toBe(0);
  const measured = profileSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'bench/best.json'), 'utf8')));
  // Shorter than a bench, so that twenty trials take seconds.
  baseline = { ...measured, workload: { ...measured.workload, promptTokens: 8, generateTokens: 24 } };
  profile('best.json', () => ({}));
});

describe('paired', () => {
  it('passes an unchanged profile, and leaves its files', async () => {
    const result = await gate('same', ['--baseline', 'best.json', '--margin', '25%', '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/^gate PASS: decode is within the margin after \d+ pairs/m);
    const printed = JSON.parse(result.stdout);
    expect(printed).toEqual(resultOf('same'));
    expectDocuments(at('same'));
    expect(printed).toMatchObject({ kind: 'r1-tune/gate', mode: 'paired', verdict: 'PASS', isBlocking: true });
    expect(printed.pairs.length).toBeGreaterThanOrEqual(6);
    // Both ran once before the first pair.
    expect(
      loggedIn('same')
        .filter(({ phase }) => phase === 'calibrate')
        .map(({ arm }) => arm),
    ).toEqual(['baseline', 'candidate']);
    expect(readdirSync(at('same')).sort()).toEqual([
      'chart-pairs-decode.png',
      'gate.json',
      'gate.md',
      'junit.xml',
      'machine.json',
      'outcomes.jsonl',
    ]);
  });

  it('fails a real slow-down, in every output that CI reads', async () => {
    const comment = at('comment.md');
    const junit = at('junit-of-job.xml');
    const summary = at('summary.md');
    const flags = ['--baseline', 'best.json', '--inject-slowdown', '30%', '--comment', comment, '--junit', junit];
    const result = await gate('slow', flags, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    expect(result.stderr).toMatch(/^gate FAIL: decode is worse by [123]\d\.\d % after \d+ pairs/m);
    expect(result.stderr).toMatch(/^::error title=r1-tune gate FAIL::decode is worse/m);
    expect(result.exitCode).toBe(1);
    expect(resultOf('slow').paired.metrics.decode).toMatchObject({ verdict: 'FAIL' });
    expect(readFileSync(comment, 'utf8')).toMatch(/^<!-- r1-tune-gate -->\n### ❌ r1-tune gate: FAIL/);
    expect(readFileSync(junit, 'utf8')).toMatch(/failures="1"[\s\S]*<failure message="decode is worse/);
    expect(readFileSync(summary, 'utf8')).toContain('| decode | FAIL |');
    expect(result.stdout).toMatch(/^FAIL: find the loss in this change/);
    expect(result.stdout).toMatch(/▁.* decode, pair by pair/);
  });

  it('fails a candidate that does not run, at once', async () => {
    const path = script('broken.json', { cost: COST, faults: [{ kind: 'crash', at: 'load' }] });
    const candidate = profile('broken-profile.json', (p) => ({ model: { ...p.model, path } }));
    const result = await gate('broken', ['--baseline', 'best.json', '--candidate', candidate]);
    expect(result.exitCode, result.stderr).toBe(1);
    expect(result.stderr).toMatch(/gate FAIL: The candidate gave no number in 3 of 3 pairs/);
    expect(readFileSync(at('broken/junit.xml'), 'utf8')).toContain('failures="1"');
  });

  it('measures nothing against a baseline of another machine, and says what would', async () => {
    const other = profile('other.json', (p) => ({
      machine: { ...p.machine, hard: { ...p.machine.hard, allowedCpus: '0-63' } },
    }));
    const result = await gate('other', ['--baseline', other]);
    expect(result.exitCode, result.stderr).toBe(3);
    expect(result.stderr).toMatch(/gate INVALID: .*allowedCpus "0-63" there/);
    expect(result.stderr).toContain('--any-machine');
    expect(readFileSync(at('other/outcomes.jsonl'), 'utf8')).toBe('');
    expect(readFileSync(at('other/junit.xml'), 'utf8')).toContain('<skipped message="INVALID');
  });
});

describe('coins', () => {
  it('are drawn for every gate, and tossed again with --seed', async () => {
    const [first, other] = [resultOf('same'), resultOf('slow')];
    expect(other.seed).not.toBe(first.seed);
    await gate('coins', ['--baseline', 'best.json', '--margin', '60%', '--seed', String(first.seed)]);
    // A pair that was disturbed is there once more, under its own number.
    type Pairs = { pairs: { pair: number; order: string }[] };
    const orders = ({ pairs }: Pairs): Record<number, string> =>
      Object.fromEntries(pairs.filter(({ pair }) => pair < 6).map(({ pair, order }) => [pair, order]));
    expect(orders(resultOf('coins'))).toEqual(orders(first));
  });
});

describe('stored', () => {
  it('is inconclusive without a history: 4 with --strict, else 0; both begin one', async () => {
    const strict = await gate('stored-1', ['--baseline', 'best.json', '--mode', 'stored', '--strict']);
    expect(strict.stderr).toMatch(/gate INCONCLUSIVE \(advisory\): decode: 0 earlier measurements; 3 are needed/);
    expect(strict.exitCode).toBe(4);
    const plain = await gate('stored-2', ['--baseline', 'best.json', '--mode', 'stored']);
    expect(plain.stderr).toMatch(/1 earlier measurements/);
    expect(plain.exitCode).toBe(0);
    const entries = linesOf(join(FOLDER, 'home/gate-history.jsonl'));
    expect(entries.map(({ values }) => Object.keys(values))).toEqual([['decode'], ['decode']]);
  });
});

describe('history', () => {
  const history = (out: string, flags: string[] = []): Promise<CliResult> =>
    gate(out, ['--baseline', 'best.json', '--mode', 'history', '--store', 'store.jsonl', ...flags], {
      GITHUB_SHA: 'f00d',
    });

  it('finds the loss among many builds, names the commits, and forgets it once it is accepted', async () => {
    const short = await history('history-1');
    expect(short.stderr).toMatch(/gate INCONCLUSIVE \(advisory\): decode: 1 builds in the history/);
    const [now] = linesOf(at('store.jsonl'));
    // Twenty earlier builds a third faster, as another job measured them.
    const earlier = Array.from({ length: 20 }, (_, i) => ({
      ...now,
      ...{ at: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(), commit: `c0ffee${i}` },
      values: { decode: now!.values.decode! * (1.5 + 0.01 * (i % 3)) },
    }));
    writeFileSync(at('copy.jsonl'), earlier.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    for (const out of ['history-2', 'history-3']) await history(out, ['--merge', 'copy.jsonl']);
    const found = await history('history-4');
    expect(found.stderr).toMatch(
      /gate FAIL \(advisory\): decode is worse by \d+\.\d % .* between c0ffee19 \(2026-01-20\) and f00d/,
    );
    expect(found.exitCode).toBe(0);
    expect(existsSync(at('history-4/chart-history-decode.png'))).toBe(true);
    expect(resultOf('history-4').history.decode.builds).toHaveLength(24);
    const accepted = await history('history-5', ['--accept']);
    expect(accepted.exitCode, accepted.stderr).toBe(0);
    expect(resultOf('history-5').history.decode.builds).toHaveLength(1);
  });
});

describe('exact', () => {
  it('passes where every known fact holds, and fails where memory has grown', async () => {
    const roomy = profile('roomy.json', (p) => ({ expected: { ...p.expected, peakRssBytes: 1e12 } }));
    const good = await gate('exact-1', ['--baseline', roomy, '--mode', 'exact']);
    expect(good.exitCode, good.stderr).toBe(0);
    const tight = profile('tight.json', (p) => ({ expected: { ...p.expected, peakRssBytes: 1000 } }));
    const grown = await gate('exact-2', ['--baseline', tight, '--mode', 'exact']);
    expect(grown.stderr).toMatch(/gate FAIL: peak RSS bytes is \d+, expected at most 1020/);
    expect(grown.exitCode).toBe(1);
  });
});

describe('bad input', () => {
  const cases: [string, string[], RegExp][] = [
    ['no baseline', ['--baseline', 'none.json'], /none\.json cannot be read/],
    ['no candidate', ['--baseline', 'best.json', '--candidate', 'none.json'], /none\.json cannot be read/],
    ['a metric that is none', ['--baseline', 'best.json', '--metric', 'speed'], /--metric: "speed" cannot be gated/],
    ['a margin that is none', ['--baseline', 'best.json', '--margin', 'big'], /"big" is not a share/],
    ['an install that is none', ['--baseline', 'best.json', '--candidate-install', 'x'], /x holds no r1-tune/],
    ['an unknown mode', ['--baseline', 'best.json', '--mode', 'lucky'], /lucky/],
  ];
  it.each(cases)('%s: exit 2, and nothing written', async (_name, flags, message) => {
    const result = await gate('bad', flags);
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(2);
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('a profile of a later version is refused with what to do', async () => {
    const later = profile('later.json', () => ({ schemaVersion: 99 as unknown as 1 }));
    const result = await gate('bad', ['--baseline', later]);
    expect(result.stderr).toMatch(/schemaVersion 99[\s\S]*Update r1-tune[\s\S]*\[PROFILE_INVALID\]/);
    expect(result.exitCode).toBe(2);
  });
});
