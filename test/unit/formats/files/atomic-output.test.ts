import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { atomicOutput } from '../../../../src/formats/files/atomic-output.js';

const root = mkdtempSync(join(tmpdir(), 'r1-atomic-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, 'out');
beforeEach(() => rmSync(path, { recursive: true, force: true }));

const failing = (code: string) => async (partial: string) => {
  writeFileSync(partial, 'half');
  throw Object.assign(new Error('write failed'), { code });
};

describe('an output', () => {
  it('appears under its name only when it is whole', async () => {
    const result = await atomicOutput(path, 10, async (partial) => {
      writeFileSync(partial, 'whole');
      expect(existsSync(path)).toBe(false);
      return 7;
    });
    expect(result).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('may be a folder, in place of an older one', async () => {
    mkdirSync(path);
    writeFileSync(join(path, 'old'), '');
    await atomicOutput(path, 10, async (partial) => {
      mkdirSync(partial);
      writeFileSync(join(partial, 'new'), '');
    });
    expect(readdirSync(path)).toEqual(['new']);
  });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'OUTPUT_UNWRITABLE'],
    ['EROFS', 'OUTPUT_UNWRITABLE'],
  ])('that fails with %s is %s, and the older one stays', async (system, code) => {
    writeFileSync(path, 'older');
    await expect(atomicOutput(path, 10, failing(system))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path),
    });
    expect(readFileSync(path, 'utf8')).toBe('older');
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('that cannot fit is refused before anything is written', async () => {
    const attempt = atomicOutput(path, 1e18, () => Promise.reject(new Error('not reached')));
    await expect(attempt).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('TiB') });
  });

  it('may be made twice at the same time', async () => {
    const make = (text: string) => async (partial: string) => {
      writeFileSync(partial, text);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(readFileSync(partial, 'utf8')).toBe(text);
    };
    await Promise.all([atomicOutput(path, 10, make('one')), atomicOutput(path, 10, make('two'))]);
    expect(['one', 'two']).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('leaves alone what another living process is making', async () => {
    const other = `${path}.partial-${process.ppid}`;
    writeFileSync(other, 'theirs');
    await atomicOutput(path, 10, async (partial) => writeFileSync(partial, 'ours'));
    expect(readFileSync(other, 'utf8')).toBe('theirs');
    rmSync(other);
  });
});
