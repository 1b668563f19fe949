import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_TARGETS } from '../../../src/export/index.js';
import { renderReport } from '../../../src/report/index.js';
import { runCli } from '../../helpers/run-cli.js';
import { sampleClaims } from '../../helpers/sample-claims.js';
import { SAMPLE_PROFILES } from '../../helpers/sample-profile.js';
import { sampleRun } from '../../helpers/sample-run.js';

/** report, profile and export as a shell runs them. */

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1-report-cli-'));
  mkdirSync(at('run'));
  writeFileSync(at('run', 'run.json'), JSON.stringify(sampleRun()));
  writeFileSync(at('best.json'), JSON.stringify(SAMPLE_PROFILES.taskset()));
  writeFileSync(at('onnx.json'), JSON.stringify(SAMPLE_PROFILES.numa()));
  writeFileSync(at('new.json'), JSON.stringify({ ...SAMPLE_PROFILES.plain(), schemaVersion: 99 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('r1-tune report', () => {
  it('remakes every format from run.json alone, with the same bytes each time', async () => {
    const first = await runCli(['report', at('run')]);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    const names = readdirSync(at('run')).filter((name) => name !== 'run.json');
    expect(names).toEqual(
      expect.arrayContaining(['report.html', 'summary.md', 'report.json', 'trials.csv', 'chart-noise.png']),
    );
    const before = names.map((name) => readFileSync(at('run', name)));
    await runCli(['report', at('run', 'run.json'), '--out', at('again')]);
    expect(names.map((name) => readFileSync(at('again', name)))).toEqual(before);
    const [page] = await renderReport(sampleRun(), 'html');
    expect(readFileSync(at('run', 'report.html'), 'utf8')).toBe(page!.data);
  }, 240_000);

  it('remakes the sample run from any folder, in any time zone and language, with the same bytes', async () => {
    const sample = fileURLToPath(new URL('../../../results/sample', import.meta.url));
    const flags = ['--format', 'html,md,csv,json'];
    await runCli(['report', sample, '--out', at('one'), ...flags], { env: { TZ: 'UTC', LANG: 'C' } });
    const elsewhere = { cwd: folder, env: { TZ: 'Asia/Shanghai', LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' } };
    await runCli(['report', sample, '--out', 'two', ...flags], elsewhere);
    const names = readdirSync(at('one'));
    expect(names.length).toBe(5);
    for (const name of names) expect(readFileSync(at('two', name))).toEqual(readFileSync(at('one', name)));
    for (const name of ['summary.md', 'configurations.csv', 'trials.csv'])
      expect(readFileSync(at('one', name), 'utf8'), `${name}: npx r1-tune report results/sample`).toBe(
        readFileSync(join(sample, name), 'utf8'),
      );
  }, 60_000);

  it('shows the verdicts of a claims run beside the run, in both languages', async () => {
    writeFileSync(at('claims.json'), JSON.stringify(sampleClaims()));
    const flags = ['--claims', at('claims.json'), '--format', 'html,md', '--out', at('claimed')];
    expect((await runCli(['report', at('run'), ...flags])).exitCode).toBe(0);
    const page = readFileSync(at('claimed', 'report.html'), 'utf8');
    for (const words of ['does not hold here', '在本机不成立']) expect(page).toContain(words);
    await runCli(['report', at('run'), ...flags, '--language', 'zh']);
    expect(readFileSync(at('claimed', 'summary.md'), 'utf8')).toContain('在本机不成立');
    const missing = await runCli(['report', at('run'), '--claims', at('absent.json')]);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('absent.json');
  }, 60_000);

  it('takes prices and a language, and prints the files as JSON', async () => {
    const flags = ['--format', 'md', '--language', 'zh', '--price-per-hour', '0.34', '--currency', '¥', '--json'];
    const { stdout, exitCode } = await runCli(['report', at('run'), '--out', at('zh'), ...flags]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ files: [at('zh', 'summary.md')] });
    const text = readFileSync(at('zh', 'summary.md'), 'utf8');
    expect(text).toMatch(/^## 建议运行/);
    expect(text).toContain('¥2.8');
  });

  it.each([
    [['--format', 'pdf'], 2, /--format: "pdf" is not valid; expected .*html/],
    [['--format', 'md', '--cpu-price', '5'], 2, /--cpu-price and --cpu-monthly/],
    [['--watts', '-5'], 2, /--watts: "-5" is not valid/],
    [['--gpu-price', '5', '--gpu-monthly', '1'], 2, /needs the figures of both machines/],
    [['--format', 'md', '--out', '/proc/nowhere/below'], 2, /folder \/proc\/nowhere cannot be made/],
  ] as [string[], number, RegExp][])('refuses %j', async (flags, exit, message) => {
    const { exitCode, stderr, stdout } = await runCli(['report', at('run'), ...flags]);
    expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('says what a folder without a run lacks', async () => {
    const { exitCode, stderr } = await runCli(['report', folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RUN_INVALID');
  });
});

describe('r1-tune profile', () => {
  it.each([
    [['show', 'best.json'], 0, /Expected on the machine below/],
    [['explain', 'best.json'], 0, /Changed from the default settings/],
    [['diff', 'best.json', 'onnx.json'], 0, /knob: backend\n {2}- llama-cpp\n {2}\+ onnx/],
    [['validate', 'best.json'], 3, /error: The model file .* is not here/],
    [['show', 'new.json'], 2, /^$/],
    [['frown', 'best.json'], 2, /^$/],
  ] as [string[], number, RegExp][])('%j', async ([act, ...files], exit, text) => {
    const { exitCode, stdout } = await runCli(['profile', act!, ...files.map((name) => at(name))]);
    expect(exitCode).toBe(exit);
    expect(stdout).toMatch(text);
  });

  it('prints JSON alone with --json', async () => {
    const { stdout } = await runCli(['profile', 'show', at('best.json'), '--json']);
    expect(JSON.parse(stdout).kind).toBe('r1-tune/profile');
    const problems = await runCli(['profile', 'validate', at('best.json'), '--json']);
    expect(JSON.parse(problems.stdout).problems[0]).toMatchObject({ severity: 'error' });
  });
});

describe('r1-tune export', () => {
  it.each(EXPORT_TARGETS)('%s into a folder, scripts executable', async (target) => {
    const out = at('deploy', target);
    const { exitCode, stdout } = await runCli(['export', '--profile', at('best.json'), '--to', target, '--out', out]);
    expect(exitCode).toBe(0);
    const files = stdout.split('\n');
    expect(readdirSync(out).sort()).toEqual(files.map((path) => path.slice(out.length + 1)).sort());
    for (const path of files) expect((statSync(path).mode & 0o111) !== 0).toBe(path.endsWith('.sh'));
  });

  it('prints without --out, with the profile where it is', async () => {
    const { stdout } = await runCli(['export', '--profile', at('best.json'), '--to', 'systemd', '--port', '9000']);
    expect(stdout).toContain(`--profile ${at('best.json')} --host 127.0.0.1 --port 9000`);
  });

  it.each([
    [['--profile', 'onnx.json', '--to', 'llama-server'], /llama-server runs llama-cpp profiles only/],
    [['--profile', 'best.json', '--to', 'systemd', '--port', '70000'], /--port: "70000" is not valid/],
    [['--profile', 'best.json', '--to', 'nomad'], /nomad/],
    [['--profile', 'absent.json', '--to', 'shell'], /cannot be read/],
  ] as [string[], RegExp][])('refuses %j', async ([flag, name, ...rest], message) => {
    const { exitCode, stderr, stdout } = await runCli(['export', flag!, at(name!), ...rest]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
