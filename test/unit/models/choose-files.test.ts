import { describe, expect, it } from 'vitest';
import { chooseFiles } from '../../../src/models/pull/choose-files.js';

const list = (...paths: string[]) => paths.map((path) => ({ path, sizeBytes: 1, sha256: null, gitSha1: null }));
const names = (...args: Parameters<typeof chooseFiles>) => chooseFiles(...args).map(({ path }) => path);

describe('files of a repository', () => {
  it('a model in parts comes whole, its first part last; companions and other levels stay', () => {
    const files = list(
      'mmproj-M-Q4_0.gguf',
      'Q4_0/M-Q4_0-00001-of-00002.gguf',
      'Q4_0/M-Q4_0-00002-of-00002.gguf',
      'M-Q8_0.gguf',
    );
    expect(names(files, 'gguf', 'q4_0')).toEqual([
      'Q4_0/M-Q4_0-00002-of-00002.gguf',
      'Q4_0/M-Q4_0-00001-of-00002.gguf',
    ]);
    expect(names(files, 'gguf', 'q8_0')).toEqual(['M-Q8_0.gguf']);
  });

  it('fp16 is f16', () => {
    expect(names(list('qwen-fp16.gguf'), 'gguf', 'f16')).toEqual(['qwen-fp16.gguf']);
  });

  it('a folder of onnxruntime-genai brings its own config and tokenizer', () => {
    const inner = 'cpu/cpu-int4-rtn-block-32';
    const files = list(
      'config.json',
      `${inner}/genai_config.json`,
      `${inner}/model.onnx`,
      `${inner}/model.onnx.data`,
      `${inner}/tokenizer.json`,
      'tokenizer.json',
    );
    expect(names(files, 'onnx', 'int4')).toEqual([
      `${inner}/model.onnx.data`,
      `${inner}/model.onnx`,
      `${inner}/tokenizer.json`,
      `${inner}/genai_config.json`,
    ]);
    expect(names(list('config.json', 'onnx/model_q4.onnx', 'tokenizer.json'), 'onnx', 'q4')).toEqual([
      'onnx/model_q4.onnx',
      'tokenizer.json',
      'config.json',
    ]);
  });
});
