import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';

/** Packages of node-llama-cpp with its CPU build for a platform. */
export const LLAMA_PACKAGES: Record<string, string> = table({
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
});

/** "libllama.v0.5.0.so", "ggml-base.dll", …: names may carry the release. */
const named = (name: string): RegExp => new RegExp(`^(lib)?${name}(\\.v[\\d.]+)?\\.(so|dylib|dll)$`);
const LIBRARIES = { ggmlBase: named('ggml-base'), ggml: named('ggml'), llama: named('llama') };

/** The folder of llama.cpp's libraries that node-llama-cpp brought for this platform. Throws ENGINE_MISSING. */
export function llamaFolder(platform: string = process.platform, arch: string = process.arch): string {
  const name = LLAMA_PACKAGES[`${platform}-${arch}`];
  const folders = packageRoots().map((root) => join(root, `@node-llama-cpp/${name}`, 'bins', `${name}`));
  const folder = folders.find(
    (path) => existsSync(path) && readdirSync(path).some((file) => LIBRARIES.llama.test(file)),
  );
  if (folder !== undefined) return folder;
  throw new R1Error(
    'ENGINE_MISSING',
    `No llama.cpp library for ${platform}-${arch} is installed beside node-llama-cpp.`,
  );
}

/** The paths of the libraries in such a folder. Throws ENGINE_MISSING. */
export function llamaLibraries(folder: string): Record<keyof typeof LIBRARIES, string> {
  const files = readdirSync(folder);
  const paths = Object.entries(LIBRARIES).map(([name, pattern]) => {
    const file = files.find((candidate) => pattern.test(candidate));
    if (file === undefined) throw new R1Error('ENGINE_MISSING', `${folder} has no library like ${pattern.source}.`);
    return [name, join(folder, file)];
  });
  return Object.fromEntries(paths);
}

/** The node_modules folders that node-llama-cpp itself would look into. */
export function packageRoots(): string[] {
  const require = createRequire(import.meta.url);
  return require.resolve.paths(require.resolve('node-llama-cpp')) ?? [dirname(require.resolve('node-llama-cpp'))];
}
