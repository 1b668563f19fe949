import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BACKEND_IDS, BACKENDS, type Backend } from '../core/backends.js';
import { ONNX_ANCHOR } from '../runners/onnx/installed.js';
import { packageVersion } from '../runners/package-folder.js';
import { ownVersion, PACKAGE_FOLDER } from './own-version.js';

/** A file that the package of an engine is resolved from. */
const ANCHORS: Record<Backend, string> = {
  'llama-cpp': import.meta.url,
  onnx: ONNX_ANCHOR,
  openvino: import.meta.url,
  fake: import.meta.url,
};

/** Versions that a result depends on. */
export function engineVersions(): Record<string, string> {
  const versions: Record<string, string> = { 'r1-tune': ownVersion(), node: process.version };
  for (const backend of BACKEND_IDS) {
    const name = BACKENDS[backend].package;
    if (name === null) continue;
    try {
      versions[name] = packageVersion(name, ANCHORS[backend]);
    } catch {
      // Not installed: nothing depends on it.
    }
  }
  return versions;
}

/** Commit of r1-tune when it runs from a checkout of its own repository, marked "+" with local changes; else null. */
export function gitCommit(): string | null {
  if (!existsSync(join(PACKAGE_FOLDER, '.git'))) return null;
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: PACKAGE_FOLDER, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
  } catch {
    return null;
  }
}
