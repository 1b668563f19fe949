import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder, packageVersion } from '../../../src/runners/package-folder.js';
import { tempFolder } from '../../helpers/fake-model.js';

/** An installed package that lets nobody import its package.json, with a nameless package.json beside its main file. */
function install(): string {
  const folder = tempFolder('packages');
  const home = join(folder, 'node_modules/@some/engine');
  mkdirSync(join(home, 'dist/cjs'), { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: '@some/engine', version: '3.2.1', exports: { '.': './dist/cjs/index.js' } }),
  );
  writeFileSync(join(home, 'dist/cjs/package.json'), '{"type":"commonjs"}');
  writeFileSync(join(home, 'dist/cjs/index.js'), '');
  return folder;
}

describe('packageFolder', () => {
  it('finds the package above its main file, past a nameless package.json', () => {
    const folder = install();
    const from = join(folder, 'main.js');
    expect(packageFolder('@some/engine', from)).toBe(join(folder, 'node_modules/@some/engine'));
    expect(packageVersion('@some/engine', from)).toBe('3.2.1');
  });

  it('throws when it is not installed', () =>
    expect(() => packageVersion('@some/other', join(install(), 'main.js'))).toThrow(/Cannot find/));
});
