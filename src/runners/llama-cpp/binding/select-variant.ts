import { existsSync } from 'node:fs';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Candidate } from '../../../core/candidate.js';
import { R1Error } from '../../../core/errors.js';
import { makeFolder } from '../../../formats/files/make-folder.js';
import { packageFolder, packageVersion } from '../../package-folder.js';
import { FAMILIES, type Family } from '../kernel-variants.js';

const PACKAGE = `@node-llama-cpp/${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

async function copyVariant(source: string, target: string, isa: Family): Promise<void> {
  const partial = `${target}.partial-${process.pid}`;
  const keep = new Set(FAMILIES[isa].map((name) => `libggml-cpu-${name}.so`));
  await cp(source, partial, {
    recursive: true,
    filter: (path) => !/libggml-cpu-[^/]+\.so$/.test(path) || keep.has(path.slice(path.lastIndexOf('/') + 1)),
  });
  await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
    // Another child made the same copy first.
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  });
}

/**
 * Makes the next import of node-llama-cpp in this process load only kernels of one family.
 * @param cacheFolder where copies of the engine's binaries are kept
 */
export async function selectVariant(isa: Candidate['isa'], cacheFolder: string): Promise<void> {
  if (isa === 'auto') return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new R1Error(
      'ENGINE_MISSING',
      `Kernel variants of llama.cpp can be chosen on Linux x86-64 only, not for "${isa}" here.`,
    );
  // Resolved from the engine, whose dependency it is: a package manager may keep it out of our own reach.
  const engine = packageFolder('node-llama-cpp', import.meta.url);
  const source = packageFolder(PACKAGE, join(engine, 'package.json'));
  const version = packageVersion(PACKAGE, join(engine, 'package.json'));
  const target = join(cacheFolder, `llama-cpp-${version}-${isa}`);
  if (!existsSync(target)) {
    makeFolder(cacheFolder);
    await copyVariant(source, target, isa);
  }
  const libraries = await readdir(join(target, 'bins', 'linux-x64'));
  if (!libraries.some((name) => name.startsWith('libggml-cpu-')))
    throw new R1Error('ENGINE_MISSING', `This build of node-llama-cpp has no ${isa} kernels.`);
  const replacement = pathToFileURL(join(target, 'dist', 'index.js')).href;
  const hook = `export async function resolve(s, c, next) {
    return s === ${JSON.stringify(PACKAGE)} ? { url: ${JSON.stringify(replacement)}, shortCircuit: true, format: 'module' } : next(s, c);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
