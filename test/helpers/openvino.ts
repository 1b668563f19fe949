import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { locateOpenvino } from '../../src/runners/openvino/locate.js';

/** The release that tests fetch where none is installed. */
const VERSION = '2026.4.1';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'r1-tune-tests');

/** A folder of OpenVINO's Python package: the one installed here, or one fetched once (60 MB); undefined, said loudly, without either. */
export function openvinoFolder(): string | undefined {
  try {
    return locateOpenvino((name) => process.env[name]).path;
  } catch {
    return fetched();
  }
}

function fetched(): string | undefined {
  const folder = join(cache, `openvino-${VERSION}`);
  if (existsSync(folder)) return join(folder, 'openvino');
  let partial: string | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    partial = mkdtempSync(`${folder}-`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', partial, `openvino==${VERSION}`];
    execFileSync('python3', pip, { stdio: 'ignore', timeout: 240_000 });
    renameSync(partial, folder);
    return join(folder, 'openvino');
  } catch {
    if (existsSync(folder)) return join(folder, 'openvino');
    console.warn('SKIPPED: OpenVINO is not installed and could not be fetched, so the tests that need it do not run.');
    return undefined;
  } finally {
    if (partial) rmSync(partial, { recursive: true, force: true });
  }
}
