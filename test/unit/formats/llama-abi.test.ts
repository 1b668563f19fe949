import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, RELEASE, STRUCTS } from '../../../src/formats/llama-abi/header.js';
import { llamaFolder, llamaLibraries } from '../../../src/formats/llama-abi/library.js';

const root = resolve(import.meta.dirname, '../../..');

const engine = dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp')));

/** The sources of the release, and git to read them. An installation that was made small has them no more. */
function hasSources(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    if (existsSync(join(engine, 'llama/gitRelease.bundle'))) return true;
  } catch {
    // Said below.
  }
  console.warn('SKIPPED: the headers of llama.cpp cannot be read: no git, or no sources beside node-llama-cpp.');
  return false;
}

describe('the layouts of llama.cpp', () => {
  it('are of the release that is installed', () => {
    const { release } = JSON.parse(readFileSync(join(engine, 'llama/binariesGithubRelease.json'), 'utf8'));
    expect(RELEASE.tag, 'node-llama-cpp moved: run node scripts/llama-abi.mjs').toBe(release);
  });

  it.runIf(hasSources())(
    'are what its headers give',
    async () => {
      await promisify(execFile)(process.execPath, [join(root, 'scripts/llama-abi.mjs'), '--check']);
    },
    60_000,
  );

  it('name a default for members that there are', () => {
    for (const [struct, defaults] of Object.entries(DEFAULTS))
      for (const member of Object.keys(defaults))
        expect(STRUCTS[struct as keyof typeof DEFAULTS], `${struct}.${member}`).toHaveProperty(member);
  });
});

describe('the libraries of node-llama-cpp', () => {
  it('are found for this platform', () => {
    expect(llamaLibraries(llamaFolder()).llama).toMatch(/llama[^/\\]*\.(so|dylib|dll)$/);
  });

  it('are missed with the platform named', () => {
    expect(() => llamaFolder('plan9', 'mips')).toThrow('No llama.cpp library for plan9-mips');
  });
});
