import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../../../src/formats/files/make-folder.js';

it('makes folders, takes those that are there, and gives up where none can be', () => {
  const base = mkdtempSync(join(tmpdir(), 'r1-folder-'));
  makeFolder(join(base, 'a', 'b', 'c'));
  makeFolder(join(base, 'a', 'b', 'c'));
  expect(existsSync(join(base, 'a/b/c'))).toBe(true);
  writeFileSync(join(base, 'file'), '');
  expect(() => makeFolder(join(base, 'file', 'x'))).toThrow(expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }));
  rmSync(base, { recursive: true });
});

it.skipIf(process.platform !== 'linux')('ends in /proc, where the recursive mkdir of Node does not', () => {
  expect(() => makeFolder('/proc/nowhere/below')).toThrow(/folder \/proc\/nowhere cannot be made/);
});
