import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic, writeJsonAtomic } from '../../../src/store/atomic-write.js';
import { tempFolder } from '../../helpers/fake-model.js';

describe('writeFileAtomic', () => {
  it('writes text and bytes, and replaces what was there', () => {
    const folder = tempFolder('atomic');
    const path = join(folder, 'file');
    writeFileAtomic(path, 'an old and longer text');
    writeFileAtomic(path, 'neu ü 模');
    expect(readFileSync(path, 'utf8')).toBe('neu ü 模');
    writeFileAtomic(path, Uint8Array.of(0, 255, 10));
    expect([...readFileSync(path)]).toEqual([0, 255, 10]);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('writes megabytes whole', () => {
    const path = join(tempFolder('atomic'), 'file');
    const data = Buffer.alloc(5_000_001, 7);
    writeFileAtomic(path, data);
    expect(readFileSync(path).equals(data)).toBe(true);
  });

  it.each<[string, (folder: string) => string]>([
    ['the folder is missing', (folder) => join(folder, 'no/such/file')],
    [
      'the target is a folder',
      (folder) => {
        mkdirSync(join(folder, 'target/inside'), { recursive: true });
        return join(folder, 'target');
      },
    ],
    [
      'its folder is a file',
      (folder) => {
        writeFileSync(join(folder, 'plain'), 'x');
        return join(folder, 'plain/file');
      },
    ],
  ])('when %s: says so, and leaves nothing behind', (_name, make) => {
    const folder = tempFolder('atomic');
    const path = make(folder);
    const before = readdirSync(folder);
    expect(() => writeFileAtomic(path, 'x')).toThrow(
      expect.objectContaining({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(path) }),
    );
    expect(readdirSync(folder)).toEqual(before);
  });

  it('keeps the old file when the new one cannot be written', () => {
    const folder = tempFolder('atomic');
    const path = join(folder, 'file');
    writeFileAtomic(path, 'old');
    // The partial file's name is taken by a link that leads nowhere: opening it fails for root too.
    symlinkSync(join(folder, 'missing/place'), `${path}.partial-${hostname()}-${process.pid}`);
    expect(() => writeFileAtomic(path, 'new')).toThrow(/cannot be written/);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

it('writeJsonAtomic writes JSON that people can read', () => {
  const path = join(tempFolder('atomic'), 'a.json');
  writeJsonAtomic(path, { a: [1], b: null });
  expect(readFileSync(path, 'utf8')).toBe('{\n  "a": [\n    1\n  ],\n  "b": null\n}\n');
});
