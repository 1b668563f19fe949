import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folder of an installed package. Found from its main file upwards, because packages may forbid importing their
 * package.json. `from` is a file that the package is resolved from.
 */
export function packageFolder(name: string, from: string): string {
  let folder = dirname(createRequire(from).resolve(name));
  while (!existsSync(join(folder, 'package.json')) || !readPackage(folder).name) folder = dirname(folder);
  return folder;
}

const readPackage = (folder: string): { name?: string; version?: string } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Version of an installed package. Throws when it is not installed. */
export const packageVersion = (name: string, from: string): string =>
  readPackage(packageFolder(name, from)).version ?? 'unknown';
