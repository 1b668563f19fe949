import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, locateOpenvino } from '../../../../src/runners/openvino/locate.js';

const NAME = { linux: 'libopenvino_c.so.2641', darwin: 'libopenvino_c.2641.dylib', win32: 'openvino_c.dll' }[
  process.platform as 'linux'
];
let folder: string;
const of =
  (variables: Record<string, string>): Environment =>
  (name) =>
    variables[name];

function library(...inside: string[]): string {
  const place = join(folder, ...inside);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, NAME), '');
  return join(place, NAME);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-openvino-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('where OpenVINO is found', () => {
  it('R1TUNE_OPENVINO names the library or a folder of a package, before anything else', () => {
    const path = library('package', 'libs');
    for (const place of [path, join(folder, 'package'), join(folder, 'package', 'libs')])
      expect(locateOpenvino(of({ R1TUNE_OPENVINO: place, INTEL_OPENVINO_DIR: folder }))).toEqual({
        path,
        foundBy: 'R1TUNE_OPENVINO',
      });
  });

  it('INTEL_OPENVINO_DIR is the folder of an unpacked archive', () => {
    const path = library('archive', 'runtime', 'lib', 'intel64');
    expect(locateOpenvino(of({ INTEL_OPENVINO_DIR: join(folder, 'archive') }))).toEqual({
      path,
      foundBy: 'INTEL_OPENVINO_DIR',
    });
  });

  it('a variable that leads nowhere is an error and is not passed over', () => {
    library('elsewhere');
    const variables = { R1TUNE_OPENVINO: join(folder, 'nowhere'), INTEL_OPENVINO_DIR: join(folder, 'elsewhere') };
    expect(() => locateOpenvino(of(variables))).toThrow(
      expect.objectContaining({ code: 'ENGINE_MISSING', message: expect.stringContaining('R1TUNE_OPENVINO is') }),
    );
  });

  it('a file of another name is not taken for it', () => {
    const place = join(folder, 'others');
    mkdirSync(place);
    for (const name of ['libopenvino.so.2641', 'libopenvino_c.so.2641.txt', 'my-libopenvino_c.so'])
      writeFileSync(join(place, name), '');
    expect(() => locateOpenvino(of({ R1TUNE_OPENVINO: place }))).toThrow(/no C library/);
  });

  it.skipIf(process.platform !== 'linux')('the folders of the loader come last', () => {
    const path = library('loader');
    const found = locateOpenvino(of({ LD_LIBRARY_PATH: `/none:${join(folder, 'loader')}` }));
    // A Python package of this machine comes first.
    if (found.foundBy === "the loader's path") expect(found.path).toBe(path);
    else expect(found.foundBy).toBe('the Python package');
  });
});
