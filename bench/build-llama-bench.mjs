/**
 * Builds llama.cpp's llama-bench against the very libraries that node-llama-cpp ships, so that a comparison with it is one
 * of the drivers and not of compilers. Needs git and g++; its sources are those in node-llama-cpp's package.
 *
 *   node bench/build-llama-bench.mjs FOLDER      then: r1-tune bench --against FOLDER/llama-bench …
 */
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { llamaFolder } from '../dist/formats/llama-abi/library.js';
import { withLlamaSources } from '../scripts/llama-sources.mjs';

const target = resolve(process.argv[2] ?? 'llama-bench');
const libraries = llamaFolder();
const HEADERS = ['include', 'ggml/include', 'common', 'vendor'];
const PROGRAMS = ['tools/llama-bench/llama-bench.cpp', 'tools/llama-bench/main.cpp'];
const LINKED = [/^libllama-common/, /^libllama\.v/, /^libggml\.v/, /^libggml-base/];

/** It looks for the kernels beside itself. */
function linkLibraries() {
  mkdirSync(target, { recursive: true });
  const files = readdirSync(libraries).filter((name) => name.endsWith('.so'));
  for (const name of files) {
    rmSync(join(target, name), { force: true });
    symlinkSync(join(libraries, name), join(target, name));
  }
  return files;
}

withLlamaSources([...HEADERS, 'tools/llama-bench'], (_, run) => {
  const files = linkLibraries();
  const out = join(target, 'llama-bench');
  const linked = LINKED.map((pattern) => `-l:${files.find((name) => pattern.test(name))}`);
  const flags = ['-O3', '-DNDEBUG', '-std=c++17', ...HEADERS.map((folder) => `-I${folder}`)];
  run('g++', ...flags, ...PROGRAMS, '-o', out, `-L${target}`, ...linked, '-Wl,-rpath,$ORIGIN', '-pthread');
  console.log(out);
});
