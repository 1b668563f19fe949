import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type LaunchOptions, runTrial } from '../../dist/runners/launch.js';
import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import type { Measurement } from '../../src/core/outcome.js';
import { SHORT_WORKLOAD } from '../../src/core/workload.js';
import { fakeModel, tempFolder } from '../helpers/fake-model.js';

/** Children that talk too much, too little or nonsense, and parents that die. */

const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const CHILD = pathToFileURL(dist('runners/child.js')).href;
const WORKLOAD = {
  ...SHORT_WORKLOAD,
  promptTokens: 8,
  generateTokens: 8,
  warmUpPromptTokens: 4,
  warmUpGenerateTokens: 2,
};
const isLinux = process.platform === 'linux';

function program(text: string): string {
  const path = join(tempFolder('program'), 'program.mjs');
  writeFileSync(path, text);
  return path;
}

const requestOf = (script: Record<string, unknown>, changes: Partial<Candidate> = {}) => ({
  candidate: { ...baseCandidate('fake', 'q4_0', 1), ...changes },
  model: fakeModel(script),
  workload: WORKLOAD,
  contextTokens: 256,
  slowdown: 0,
});

const run = (options: Partial<LaunchOptions>, changes: Partial<Candidate> = {}): Promise<Measurement> =>
  runTrial(requestOf({}, changes), { env: process.env as Record<string, string>, deadlineMs: 20_000, ...options });

describe('what a child writes', () => {
  it('does not end a trial, however much it is', async () => {
    const entry = program(`process.stderr.write('x'.repeat(3_000_000)); await import(${JSON.stringify(CHILD)});`);
    expect(await run({ entry })).toMatchObject({ status: 'measured', reason: null });
  });

  it('is kept from the end when it fails', async () => {
    const entry = program(`process.stderr.write('x'.repeat(3_000_000) + '\\nlast words\\n', () => process.exit(9));`);
    const result = await run({ entry });
    expect(result).toMatchObject({ status: 'crashed', reason: expect.stringMatching(/exit code 9 .*last words/) });
    expect(result.stderrTail).toHaveLength(2000);
  });

  it('cannot be taken for a result when it is no message of ours', async () => {
    const entry = program(
      `process.send({ type: 'done', samples: 1 }); process.send('hello'); process.send({ type: 'ready', pid: 'x' });
       setTimeout(() => process.exit(0), 200);`,
    );
    expect(await run({ entry })).toMatchObject({ status: 'crashed', metrics: null });
  });
});

describe('a child that cannot start or answer', () => {
  it('is killed at its deadline when it never says that it is ready', async () => {
    const result = await run({ entry: program('setInterval(() => {}, 1000);'), deadlineMs: 700 });
    expect(result).toMatchObject({ status: 'timed-out', reason: expect.stringContaining('starting') });
  });

  it('is unsupported when the binding tool is not there', async () => {
    const binding = { name: 'n', tool: 'numactl' as const, cpus: '0', memory: null };
    const result = await run({ env: { PATH: '/nowhere' } }, { binding });
    expect(result).toMatchObject({ status: 'unsupported', reason: expect.stringMatching(/numactl.*ENOENT|ENOENT/s) });
  });

  it('is not even started when the run was stopped before', async () => {
    const start = Date.now();
    const result = await run({ signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: 'failed', reason: 'stopped by the user' });
    expect(Date.now() - start).toBeLessThan(5000);
  });

  it('says which file is gone', async () => {
    const request = requestOf({});
    const result = await runTrial(
      { ...request, model: { ...request.model, path: '/no/such/model.json' } },
      { env: process.env as Record<string, string>, deadlineMs: 20_000 },
    );
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('/no/such/model.json') });
  });
});

/** Gone, or a zombie that only waits for its parent to look. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return isLinux && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

it.runIf(isLinux)('a child leaves when its parent is killed', async () => {
  const pidFile = join(tempFolder('pid'), 'pid');
  const entry = program(
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
     await import(${JSON.stringify(CHILD)});`,
  );
  const request = requestOf({ faults: [{ kind: 'hang', at: 'decode' }] });
  const parent = program(
    `import { runTrial } from ${JSON.stringify(pathToFileURL(dist('runners/launch.js')).href)};
     await runTrial(${JSON.stringify(request)}, { env: process.env, deadlineMs: 60000, entry: ${JSON.stringify(entry)} });`,
  );
  const process_ = spawn(process.execPath, [parent], { stdio: 'ignore' });
  for (let i = 0; i < 500 && !(existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== ''); i++) await sleep(50);
  await sleep(500);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  expect(isGone(pid)).toBe(false);
  process_.kill('SIGKILL');
  for (let i = 0; i < 100 && !isGone(pid); i++) await sleep(50);
  expect(isGone(pid)).toBe(true);
});
