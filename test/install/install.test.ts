import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/fake-serve.js';
import { type Consumer, createConsumer, packed, TEST_NODE } from './consumer.js';

/**
 * What a user meets: the packed package, npm with install scripts on, and no host in reach but the registry. The steps stand
 * on each other, as a user's do. R1TUNE_TEST_NODE names another Node to do it on.
 */

let consumer: Consumer;
const server: { child?: ChildProcess } = {};

beforeAll(() => {
  consumer = createConsumer();
});
afterAll(() => {
  server.child?.kill('SIGKILL');
  rmSync(consumer.folder, { recursive: true, force: true });
});

const inFolder = (...parts: string[]): string => join(consumer.folder, ...parts);
const run = (args: string[]) => consumer.r1tune(args);

describe(`npm install of the packed package on ${TEST_NODE}`, { timeout: 600_000 }, () => {
  it('installs with scripts on and strict engines, and asks no other host', async () => {
    const flags = ['--engine-strict', '--ignore-scripts=false', '--no-audit', '--no-fund'];
    const { exitCode, stderr } = await consumer.run('npm', ['install', ...flags, packed()]);
    expect(stderr).not.toContain('npm error');
    expect(exitCode).toBe(0);
    expect(consumer.refused()).toEqual([]);
  });

  it('brings no package that is compiled or fetches files when it is installed', () => {
    expect(readdirSync(inFolder('node_modules'))).not.toContain('canvas');
    expect(readdirSync(inFolder('node_modules'))).not.toContain('onnxruntime-node');
  });

  it('removes what this machine never loads, and still runs', async () => {
    const { stdout, exitCode } = await run(['engines', 'slim', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).bytes).toBeGreaterThan(30e6);
    const again = await run(['engines', 'slim', '--json']);
    expect(JSON.parse(again.stdout).files).toEqual([]);
  });

  it('probes', async () => {
    const { stdout, exitCode } = await run(['probe', '--json', '--no-bandwidth']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('schemaVersion');
  });

  it('measures with llama.cpp', async () => {
    const flags = ['--threads', '1', '--trials', '1', '--effort', 'quick', '--json'];
    const { stdout, exitCode } = await run(['bench', '--model', 'synthetic:tiny', ...flags]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).candidate.backend).toBe('llama-cpp');
  });

  it('sweeps, and draws the report with pictures', async () => {
    const model = inFolder('engine.json');
    const cost = { loadMs: 1, prefillMsPerToken: 0.01, decodeMs: 0.6, quant: { q4_0: 1, q8_0: 1.7 } };
    writeFileSync(model, JSON.stringify({ kind: 'r1-tune/fake-engine', cost }));
    const axes = ['--quant', 'q4_0,q8_0', '--threads', '1', '--binding', 'none', '--allocator', 'glibc'];
    const flags = ['--no-sentinels', '--no-bandwidth', '--effort', 'quick', '--out', 'run'];
    const swept = await run(['sweep', '--backend', 'fake', '--model', model, ...axes, ...flags]);
    expect(swept.exitCode).toBe(0);
    expect((await run(['report', 'run', '--format', 'html,png', '--out', 'pages'])).exitCode).toBe(0);
    const pictures = readdirSync(inFolder('pages')).filter((name) => name.endsWith('.png'));
    expect(pictures.length).toBeGreaterThan(3);
  });

  it('exports', async () => {
    expect((await run(['export', '--profile', 'run/best.json', '--to', 'docker', '--out', 'docker'])).exitCode).toBe(0);
    expect(readFileSync(inFolder('docker/Dockerfile'), 'utf8')).toContain('r1-tune@');
  });

  it('serves', async () => {
    const args = ['serve', '--profile', 'run/best.json', '--port', '0', '--warm-up', '0'];
    const child = spawn(consumer.bin, args, { cwd: consumer.folder, env: consumer.env });
    server.child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    await until(`it serves: ${said}`, () => /Serving on/.test(said) || child.exitCode !== null, 40_000);
    const url = /Serving on (http:\S+)\/v1/.exec(said)?.[1];
    expect(url, said).toBeDefined();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    child.kill('SIGTERM');
  });

  it('says how to get ONNX Runtime, gets it, and measures with it', async () => {
    const bench = ['bench', '--model', 'synthetic:tiny', '--backend', 'onnx', '--quant', 'int8', '--threads', '1'];
    const once = [...bench, '--trials', '1', '--effort', 'quick', '--json'];
    const without = await run(once);
    expect(without.exitCode).toBe(3);
    expect(without.stderr).toContain('r1-tune engines add onnx');
    expect((await run(['engines', 'add', 'onnx'])).exitCode).toBe(0);
    const { stdout, exitCode } = await run(once);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).candidate.backend).toBe('onnx');
    expect(consumer.refused()).toEqual([]);
  });

  it('is a library with types: a fake sweep and a probe from a TypeScript file', async () => {
    writeFileSync(
      inFolder('use.ts'),
      `import { probe, readProfile, sweep, type Machine, type Profile } from 'r1-tune';
const machine: Machine = await probe({ bandwidth: false });
const axes = { threads: ['1'], binding: ['none'], allocator: ['glibc'], quant: ['q4_0', 'q8_0'] };
const request = { model: 'engine.json', backend: ['fake'], sentinels: false, bandwidth: false, effort: 'quick' } as const;
let trials = 0;
const { run, profile, folder } = await sweep(
  { ...request, backend: [...request.backend], ...axes, out: 'from-library' },
  { onEvent: (event) => { if (event.type === 'trial') trials++; } },
);
const read: Profile = readProfile(\`\${folder}/best.json\`);
console.log(JSON.stringify([machine.kind, run.kind, read.candidate.quant === profile.candidate.quant, trials > 0]));
`,
    );
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--skipLibCheck', '--types', 'node'];
    const tsc = [resolve('node_modules/typescript/bin/tsc'), ...options, '--typeRoots', resolve('node_modules/@types')];
    writeFileSync(inFolder('package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
    const compiled = await consumer.run(TEST_NODE, [...tsc, 'use.ts']);
    expect(compiled.stdout).toBe('');
    const { stdout, stderr } = await consumer.run(TEST_NODE, ['use.js']);
    expect(stdout, stderr).toBe('["r1-tune/machine","r1-tune/run",true,true]');
  });
});
