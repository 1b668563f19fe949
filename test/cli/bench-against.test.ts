import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectDocuments } from '../helpers/expect-documents.js';
import { tempFolder } from '../helpers/fake-model.js';
import { runCli } from '../helpers/run-cli.js';

/**
 * `bench --against`: real trials of a tiny model beside a program that speaks as llama-bench does. The real one is built
 * and run by bench/build-llama-bench.mjs and bench/llama-bench.mjs.
 */

const SCRIPT = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$*" in *"-n 0"*) rate=1000;; *) rate=100;; esac
echo '{"build_commit":"abc1234","build_number":77,"n_threads":1,"avg_ts":'$rate'}'
`;

function place(script: string): { folder: string; program: string } {
  const folder = tempFolder('against');
  const program = join(folder, 'llama-bench');
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return { folder, program };
}

const bench = (folder: string, program: string, trials: number, out = 'run') =>
  runCli(
    [
      'bench',
      '--model',
      'synthetic:tiny',
      '--quant',
      'q4_0',
      '--threads',
      '1',
      '--effort',
      'quick',
      '--out',
      out,
      '--against',
      program,
      '--trials',
      String(trials),
    ],
    { cwd: folder, env: { R1TUNE_HOME: join(folder, 'home') } },
  );

describe.skipIf(process.platform === 'win32')('bench --against', () => {
  it('runs the rival beside every trial, and gives the ratio of the pairs', async () => {
    const { folder, program } = place(SCRIPT);
    const result = await bench(folder, program, 6);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toMatch(
      /Against: {2}decode [\d.]+ \([\d.]+ to [\d.]+\) and prefill .* llama-bench 77 \(abc1234\), untuned with 1 thread; 6 pairs/,
    );
    expectDocuments(join(folder, 'run'));
    const { pairs, decode } = JSON.parse(readFileSync(join(folder, 'run/against.json'), 'utf8'));
    expect(pairs).toHaveLength(6);
    const ratios = pairs.map(
      (pair: { ours: { decodeTokensPerSecond: number } }) => pair.ours.decodeTokensPerSecond / 100,
    );
    expect(decode.estimate).toBeGreaterThanOrEqual(Math.min(...ratios));
    expect(decode.estimate).toBeLessThanOrEqual(Math.max(...ratios));
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    expect(calls).toHaveLength(12);
    expect(calls[0]).toMatch(/^-m \S+\.gguf -p 128 -n 0 -r 1 -o jsonl$/);
    expect(calls[1]).toMatch(/-p 0 -n 64 -d 128 -r 1/);
  });

  it('says what is missing, or what the rival said', async () => {
    const { folder, program } = place('#!/bin/sh\necho "error: unknown model" >&2\nexit 1\n');
    const missing = await bench(folder, 'no-such-llama-bench', 1);
    expect(missing.exitCode).toBe(3);
    expect(missing.stderr).toContain('no-such-llama-bench');
    expect(missing.stderr).toContain('on the PATH');
    const failed = await bench(folder, program, 1, 'run2');
    expect(failed.exitCode).toBe(3);
    expect(failed.stderr).toContain('unknown model');
    expect(existsSync(join(folder, 'run2/best.json'))).toBe(false);
  });
});
