// The sources of the llama.cpp release that node-llama-cpp is built from. It carries them as a git bundle, which
// `r1-tune engines slim` removes from a clone: then npm fetches the package of exactly that version once more.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp')));
const BUNDLE = 'llama/gitRelease.bundle';

/**
 * Checks `paths` of the sources out into a folder, which is removed after `use`.
 * @param {string[]} paths files and folders of llama.cpp's repository
 * @param {(folder: string, run: (file: string, ...args: string[]) => void) => T} use `run` starts programs in the folder
 * @template T
 */
export function withLlamaSources(paths, use) {
  const folder = mkdtempSync(join(tmpdir(), 'llama-sources-'));
  const run = (file, ...args) => execFileSync(file, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    run('git', 'init', '-q');
    run('git', 'fetch', '-q', findBundle(folder), 'HEAD');
    run('git', 'checkout', '-q', 'FETCH_HEAD', '--', ...paths);
    return use(folder, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findBundle(folder) {
  const installed = join(packageFolder, BUNDLE);
  if (existsSync(installed)) return installed;
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const name = `node-llama-cpp@${version}`;
  console.error(`${installed} was removed: npm fetches ${name} (some 35 MB) for its sources of llama.cpp.`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const packed = execFileSync(npm, ['pack', name, '--silent', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' });
  const archive = packed.trim().split('\n').at(-1);
  execFileSync('tar', ['-xzf', archive, `package/${BUNDLE}`], { cwd: folder });
  return join(folder, 'package', BUNDLE);
}
