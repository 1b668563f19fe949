/**
 * Builds llama.cpp's llama-bench against the very libraries that node-llama-cpp ships, so that a comparison with it is one
 * of the drivers and not of compilers. Needs git and g++; its sources come from the git bundle in node-llama-cpp.
 *
 *   node bench/build-llama-bench.mjs FOLDER      then: r1-tune bench --against FOLDER/llama-bench …
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { llamaFolder } from '../dist/formats/llama-abi/library.js';

const target = resolve(process.argv[2] ?? 'llama-bench');
const bundle = join(
  dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp'))),
  'llama/gitRelease.bundle',
);
const libraries = llamaFolder();
const sources = mkdtempSync(join(tmpdir(), 'llama-bench-'));
const run = (file, ...args) => execFileSync(file, args, { cwd: sources, stdio: ['ignore', 'ignore', 'inherit'] });
try {
  run('git', 'init', '-q');
  run('git', 'fetch', '-q', bundle, 'HEAD');
  run('git', 'checkout', '-q', 'FETCH_HEAD', '--', 'include', 'ggml/include', 'common', 'vendor', 'tools/llama-bench');
  mkdirSync(target, { recursive: true });
  // It looks for the kernels beside itself.
  const files = readdirSync(libraries).filter((name) => name.endsWith('.so'));
  for (const name of files) {
    rmSync(join(target, name), { force: true });
    symlinkSync(join(libraries, name), join(target, name));
  }
  const named = (pattern) => `-l:${files.find((name) => pattern.test(name))}`;
  const linked = [/^libllama-common/, /^libllama\.v/, /^libggml\.v/, /^libggml-base/].map(named);
  const headers = ['include', 'ggml/include', 'common', 'vendor'].map((folder) => `-I${folder}`);
  const programs = ['tools/llama-bench/llama-bench.cpp', 'tools/llama-bench/main.cpp'];
  const out = join(target, 'llama-bench');
  run(
    'g++',
    '-O3',
    '-DNDEBUG',
    '-std=c++17',
    ...headers,
    ...programs,
    '-o',
    out,
    `-L${target}`,
    ...linked,
    '-Wl,-rpath,$ORIGIN',
    '-pthread',
  );
  console.log(out);
} finally {
  rmSync(sources, { recursive: true, force: true });
}
