import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ONNX_ANCHOR } from '../runners/onnx/installed.js';
import { packageVersion } from '../runners/package-folder.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** Engine package → a file that it is resolved from. */
const ENGINE_PACKAGES = { 'node-llama-cpp': import.meta.url, 'onnxruntime-node': ONNX_ANCHOR };

/** Versions that a result depends on. */
export function engineVersions(): Record<string, string> {
  const versions: Record<string, string> = { 'r1-tune': ownVersion(), node: process.version };
  for (const [name, from] of Object.entries(ENGINE_PACKAGES)) {
    try {
      versions[name] = packageVersion(name, from);
    } catch {
      // Not installed: nothing depends on it.
    }
  }
  return versions;
}

/** Commit of r1-tune when it runs from a checkout of its own repository, marked "+" with local changes; else null. */
export function gitCommit(): string | null {
  if (!existsSync(join(root, '.git'))) return null;
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
  } catch {
    return null;
  }
}
