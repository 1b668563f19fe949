import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type DoctorCheck, doctorSchema } from '../../src/core/doctor.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'r1-tune-doctor-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (env: Record<string, string>, ...args: string[]) =>
  spawnSync(process.execPath, [main, 'doctor', ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
const named = (checks: DoctorCheck[], id: string) => checks.find((check) => check.id === id)!;

describe('doctor', () => {
  it('runs a model on llama.cpp, and says what each missing part takes', () => {
    const { status, stdout } = run({ R1TUNE_HOME: home }, '--json');
    const { ok, checks } = doctorSchema.parse(JSON.parse(stdout));
    expect([status, ok]).toEqual([0, true]);
    expect(named(checks, 'engine-llama-cpp')).toMatchObject({ state: 'works', required: true });
    expect(named(checks, 'engine-llama-cpp').detail).toContain('llama.cpp');
    for (const { state, fix } of checks) expect(fix === null).toBe(state === 'works' || state === 'unsupported');
  });

  it.runIf(process.platform === 'linux')('finds no binding program where the PATH has none', () => {
    const { stdout } = run({ R1TUNE_HOME: home, PATH: '/nowhere' }, '--json');
    const { checks } = doctorSchema.parse(JSON.parse(stdout));
    for (const tool of ['taskset', 'numactl']) expect(named(checks, tool).state).toBe('missing');
  });

  it.runIf(process.platform === 'linux')('ends with 3 where models cannot be kept, and says so', () => {
    const { status, stdout } = run({ R1TUNE_HOME: '/proc/nope' });
    expect(status).toBe(3);
    expect(stdout).toContain('/proc/nope cannot be written');
    expect(stdout).toContain('export R1TUNE_HOME=');
  });
});
