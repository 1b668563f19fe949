import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unusedLlama, unusedOnnx } from '../../../src/runs/engines/unused.js';
import { tempFolder } from '../../helpers/fake-model.js';

const BUILDS = ['linux-arm64', 'linux-armv7l', 'linux-x64', 'linux-x64-cuda', 'linux-x64-cuda-ext', 'linux-x64-vulkan'];

function llamaRoot(names: readonly string[]): string {
  const root = tempFolder('modules');
  for (const name of names) mkdirSync(join(root, '@node-llama-cpp', name), { recursive: true });
  return root;
}

function onnxPackage(systems: readonly string[]): string {
  const root = tempFolder('onnx');
  for (const system of systems) {
    mkdirSync(join(root, 'bin/napi-v6', system), { recursive: true });
    writeFileSync(join(root, 'bin/napi-v6', system, 'library'), 'x');
  }
  return root;
}

const names = (found: { path: string }[]): string[] => found.map(({ path }) => path.split('/').slice(-2).join('/'));

describe('engine files that a machine never loads', () => {
  it.each([
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
  ])('keeps the CPU build of %s %s only', (platform, arch, kept) => {
    const found = names(unusedLlama({ platform, arch }, [llamaRoot(BUILDS)]));
    expect(found).toEqual(BUILDS.filter((name) => name !== kept).map((name) => `@node-llama-cpp/${name}`));
  });

  it('keeps everything on a system whose build it does not know, or whose build is not there', () => {
    expect(unusedLlama({ platform: 'linux', arch: 'loong64' }, [llamaRoot(BUILDS)])).toEqual([]);
    expect(unusedLlama({ platform: 'darwin', arch: 'arm64' }, [llamaRoot(BUILDS)])).toEqual([]);
    expect(unusedOnnx({ platform: 'linux', arch: 'x64' }, onnxPackage(['linux/arm64', 'win32/x64']))).toEqual([]);
  });

  it('takes the libraries of other systems from ONNX Runtime', () => {
    const folder = onnxPackage(['linux/x64', 'linux/arm64', 'win32/x64']);
    expect(names(unusedOnnx({ platform: 'linux', arch: 'x64' }, folder))).toEqual(['linux/arm64', 'win32/x64']);
  });
});
