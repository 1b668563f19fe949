import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LLAMA_PACKAGES, packageRoots } from '../../formats/llama-abi/library.js';
import { onnxFile } from '../../runners/onnx/installed.js';
import { packageFolder } from '../../runners/package-folder.js';

/** A file or folder that an engine's package brought and that r1-tune never loads on this machine. */
export type Unused = { path: string; what: string; bytes: number };

type Target = { platform: string; arch: string };

/** What of the installed engines this machine never loads: other systems' binaries, GPU builds and source bundles. */
export function unusedEngineFiles(target: Target = process): Unused[] {
  return withSizes([...unusedLlama(target, packageRoots()), ...llamaSource(), ...unusedOnnx(target)]);
}

type Found = Omit<Unused, 'bytes'>;

export const withSizes = (found: readonly Found[]): Unused[] =>
  found.map((each) => ({ ...each, bytes: sizeOf(each.path) }));

/** Builds of llama.cpp other than the CPU build of this platform. Where that one is not there, all are kept. */
export function unusedLlama({ platform, arch }: Target, roots: readonly string[]): Found[] {
  const used = LLAMA_PACKAGES[`${platform}-${arch}`];
  const builds = roots.flatMap((root) => subfolders(join(root, '@node-llama-cpp')));
  if (!builds.some(({ name }) => name === used)) return [];
  return builds
    .filter(({ name }) => name !== used)
    .map(({ name, path }) => ({ path: realpathSync(path), what: `llama.cpp for ${name}` }));
}

/** node-llama-cpp keeps llama.cpp's repository to build it from; r1-tune takes the prebuilt library only. */
function llamaSource(): Found[] {
  const path = join(packageFolder('node-llama-cpp', import.meta.url), 'llama', 'gitRelease.bundle');
  return existsSync(path) ? [{ path, what: 'source of llama.cpp' }] : [];
}

/** bin/<ABI>/<platform>/<arch> of onnxruntime-node, apart from this machine's. */
export function unusedOnnx({ platform, arch }: Target, folder = onnxFolder()): Found[] {
  if (folder === undefined) return [];
  const own = `${platform}/${arch}`;
  const found = subfolders(join(folder, 'bin')).flatMap((abi) =>
    subfolders(abi.path).flatMap((system) =>
      subfolders(system.path).map(({ name, path }) => ({ path, system: `${system.name}/${name}` })),
    ),
  );
  if (!found.some(({ system }) => system === own)) return [];
  return found
    .filter(({ system }) => system !== own)
    .map(({ path, system }) => ({ path, what: `ONNX Runtime for ${system}` }));
}

function onnxFolder(): string | undefined {
  try {
    return dirname(onnxFile('onnxruntime-node/package.json'));
  } catch {
    return undefined;
  }
}

const subfolders = (folder: string): { name: string; path: string }[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .map((name) => ({ name, path: join(folder, name) }))
        .filter(({ path }) => statSync(path).isDirectory())
    : [];

function sizeOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
