import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';

const LIBRARY = /^(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/;

/** Packages of node-llama-cpp with its CPU build for a platform, best first. */
const PACKAGES: Record<string, string[]> = {
  'linux-x64': ['linux-x64'],
  'linux-arm64': ['linux-arm64'],
  'linux-arm': ['linux-armv7l'],
  'darwin-arm64': ['mac-arm64-metal'],
  'darwin-x64': ['mac-x64'],
  'win32-x64': ['win-x64'],
  'win32-arm64': ['win-arm64'],
};

/** The libllama that node-llama-cpp brought for this platform. Throws ENGINE_MISSING. */
export function llamaLibrary(platform: string = process.platform, arch: string = process.arch): string {
  for (const name of PACKAGES[`${platform}-${arch}`] ?? []) {
    const library = libraryIn(`@node-llama-cpp/${name}`, name);
    if (library !== undefined) return library;
  }
  throw new R1Error(
    'ENGINE_MISSING',
    `No llama.cpp library for ${platform}-${arch} is installed beside node-llama-cpp.`,
  );
}

function libraryIn(packageName: string, binaries: string): string | undefined {
  for (const root of packageRoots()) {
    const folder = join(root, packageName, 'bins', binaries);
    const file = existsSync(folder) ? readdirSync(folder).find((name) => LIBRARY.test(name)) : undefined;
    if (file !== undefined) return join(folder, file);
  }
  return undefined;
}

/** The node_modules folders that node-llama-cpp itself would look into. */
function packageRoots(): string[] {
  const require = createRequire(import.meta.url);
  return require.resolve.paths(require.resolve('node-llama-cpp')) ?? [dirname(require.resolve('node-llama-cpp'))];
}
