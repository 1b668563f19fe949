import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../../../src/core/model.js';
import { onFreshCopy } from '../../../../src/runs/experiment/fresh-copy.js';
import { tempFolder } from '../../../helpers/fake-model.js';
import { sampleModel } from '../../../helpers/sample-plan.js';

const folder = tempFolder('fresh-copy');
const at = (format: ModelFile['format'], path: string): ModelFile => ({ ...sampleModel(), format, path });

describe('a fresh copy of a model', () => {
  it('is another file with the same bytes, and gone after the trial', async () => {
    const path = join(folder, 'model.gguf');
    writeFileSync(path, 'weights');
    const inode = await onFreshCopy(at('gguf', path), async (copy) => {
      expect(readFileSync(copy.path, 'utf8')).toBe('weights');
      return statSync(copy.path).ino;
    });
    expect(inode).not.toBe(statSync(path).ino);
    expect(readdirSync(folder)).toEqual(['model.gguf']);
  });

  it('holds everything beside an ONNX decoder', async () => {
    const path = join(folder, 'onnx/model.onnx');
    mkdirSync(dirname(path));
    writeFileSync(path, 'graph');
    writeFileSync(`${path}_data`, 'weights');
    await onFreshCopy(at('onnx', path), async (copy) => {
      expect(readdirSync(dirname(copy.path)).sort()).toEqual(['model.onnx', 'model.onnx_data']);
      expect(dirname(copy.path)).not.toBe(dirname(path));
    });
  });

  it('is removed when the trial throws, whose error is kept', async () => {
    const path = join(folder, 'model.gguf');
    let place = '';
    const run = onFreshCopy(at('gguf', path), async (copy) => {
      place = copy.path;
      throw new Error('stopped');
    });
    await expect(run).rejects.toThrow('stopped');
    expect(existsSync(place)).toBe(false);
  });

  it('that cannot be made is said with the remedy', async () => {
    await expect(onFreshCopy(at('gguf', join(folder, 'none.gguf')), async () => {})).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      fix: expect.stringContaining('--no-fresh-copies'),
    });
  });
});
