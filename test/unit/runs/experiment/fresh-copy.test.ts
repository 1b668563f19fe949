import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

  it('of a GGUF model in parts holds every part', async () => {
    const place = join(folder, 'parts');
    mkdirSync(place);
    const parts = [1, 2, 3].map((n) => join(place, `model-0000${n}-of-00003.gguf`));
    for (const part of parts) writeFileSync(part, part);
    await onFreshCopy(at('gguf', parts[0]!), async (copy) =>
      expect(readdirSync(dirname(copy.path))).toEqual(parts.map((part) => basename(part))),
    );
  });

  it('of a graph in onnx/ holds the tokenizer one folder above, and not the weights of other formats there', async () => {
    const place = join(folder, 'published');
    mkdirSync(join(place, 'onnx'), { recursive: true });
    for (const name of [
      'tokenizer.json',
      'tokenizer_config.json',
      'config.json',
      'model.safetensors',
      'onnx/model.onnx',
    ])
      writeFileSync(join(place, name), name);
    await onFreshCopy(at('onnx', join(place, 'onnx/model.onnx')), async (copy) => {
      const home = dirname(dirname(copy.path));
      expect(readdirSync(home).sort()).toEqual(['config.json', 'onnx', 'tokenizer.json', 'tokenizer_config.json']);
      expect(dirname(home)).toBe(place);
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
