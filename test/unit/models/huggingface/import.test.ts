import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { R1Error } from '../../../../src/core/errors.js';
import { GEOMETRIES } from '../../../../src/core/model.js';
import { readSafetensors } from '../../../../src/formats/safetensors.js';
import { readConfig } from '../../../../src/models/huggingface/config.js';
import { importSafetensors } from '../../../../src/models/huggingface/import.js';
import { readTokenizer } from '../../../../src/models/huggingface/tokenizer.js';
import { synthesizeGguf } from '../../../../src/models/synthesize.js';
import { writeByteLevelTokenizer, writeHuggingFaceFolder } from '../../../helpers/huggingface-folder.js';

/** Digits are cut from nothing else. */
const unknownCut = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: '[0-9]+' }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
  ],
};

const root = mkdtempSync(join(tmpdir(), 'r1-hf-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const source = join(root, 'source.gguf');
const folder = join(root, 'folder');
const path = join(root, 'out.gguf');
const geometry = { ...GEOMETRIES.tiny, layers: 1 };

beforeAll(() => synthesizeGguf({ geometry, quant: 'f32', seed: 1, path: source }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  writeHuggingFaceFolder(folder, source, geometry, { type: 'F32', shards: 2 });
  writeByteLevelTokenizer(folder, source);
});

const edit = (name: string, change: (json: Record<string, unknown>) => void): void => {
  const json = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  change(json);
  writeFileSync(join(folder, name), JSON.stringify(json));
};
const shard = (): string => join(folder, 'model-00001-of-00002.safetensors');

describe('a Hugging Face folder', () => {
  it('is imported', async () => {
    const model = await importSafetensors({ folder, path });
    expect(model).toMatchObject({ quant: 'f16', weights: 'trained', geometry: { layers: 1 } });
  });

  it.each<[string, () => void, string, string]>([
    ['with a shard missing', () => unlinkSync(shard()), 'MODEL_INVALID', 'is missing, of 2 files'],
    ['with a shard cut', () => truncateSync(shard(), 100_000), 'MODEL_INVALID', 'truncated'],
    ['with a shard cut in its header', () => truncateSync(shard(), 20), 'MODEL_INVALID', 'truncated'],
    [
      'with a shard that is a web page',
      () => writeFileSync(shard(), '<html>'.repeat(99)),
      'MODEL_INVALID',
      'safetensors file',
    ],
    ['without config.json', () => unlinkSync(join(folder, 'config.json')), 'MODEL_INVALID', 'config.json'],
    ['of another kind', () => edit('config.json', (json) => (json.model_type = 'mamba')), 'MODEL_UNSUPPORTED', 'mamba'],
    ['of another size', () => edit('config.json', (json) => (json.hidden_size = 512)), 'MODEL_INVALID', 'expected'],
    [
      'with more layers',
      () => edit('config.json', (json) => (json.num_hidden_layers = 2)),
      'MODEL_INVALID',
      'layers.1',
    ],
    ['without tokenizer', () => unlinkSync(join(folder, 'tokenizer.json')), 'MODEL_INVALID', 'tokenizer.json'],
    [
      'with a tokenizer of another model',
      () => edit('tokenizer.json', (json) => (json.added_tokens = [{ id: 5000, content: 'x' }])),
      'MODEL_INVALID',
      'token 5000 in a model of 1024',
    ],
    [
      'with an unknown way to cut text',
      () => edit('tokenizer.json', (json) => (json.pre_tokenizer = unknownCut)),
      'MODEL_UNSUPPORTED',
      'has no name here',
    ],
    [
      'with sliding windows',
      () => edit('config.json', (json) => (json.use_sliding_window = true)),
      'MODEL_UNSUPPORTED',
      'sliding',
    ],
  ])('%s is refused, and nothing is left', async (_name, damage, code, words) => {
    damage();
    rmSync(path, { force: true });
    const attempt = importSafetensors({ folder, path });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(existsSync(path)).toBe(false);
  });

  it('never crashes the reader when bytes of a header change', () => {
    const bytes = readFileSync(shard());
    const flips = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(flips, (changes) => {
        const copy = Buffer.from(bytes);
        for (const [at, to] of changes) copy[at] = to;
        writeFileSync(shard(), copy);
        try {
          readSafetensors(folder);
        } catch (error) {
          expect(error).toBeInstanceOf(R1Error);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('config.json', () => {
  const shapeOf = (changes: Record<string, unknown>) => {
    edit('config.json', (json) => Object.assign(json, changes));
    return readConfig(join(folder, 'config.json'));
  };

  it('of each published model gives the known geometry', () => {
    const common = { max_position_embeddings: 131072, tie_word_embeddings: false, head_dim: undefined };
    const r1 = { ...common, model_type: 'qwen2', num_hidden_layers: 28, rms_norm_eps: 1e-6, rope_theta: 10000 };
    expect(
      shapeOf({
        ...r1,
        hidden_size: 1536,
        num_attention_heads: 12,
        num_key_value_heads: 2,
        intermediate_size: 8960,
        vocab_size: 151936,
      }),
    ).toEqual({ ...GEOMETRIES['deepseek-r1-distill-qwen-1.5b'], id: undefined });
    const llama = { ...common, model_type: 'llama', num_hidden_layers: 32, rms_norm_eps: 1e-5, rope_theta: 500000 };
    const scaling = {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    expect(
      shapeOf({
        ...llama,
        hidden_size: 4096,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        intermediate_size: 14336,
        vocab_size: 128256,
        rope_scaling: scaling,
      }),
    ).toEqual({ ...GEOMETRIES['deepseek-r1-distill-llama-8b'], id: undefined });
  });

  it.each([
    [{ rope_scaling: { type: 'linear', factor: 2 } }, { type: 'linear', factor: 2 }],
    [
      { rope_parameters: { rope_type: 'yarn', factor: 4, rope_theta: 1e6 } },
      { type: 'yarn', factor: 4, originalContextLength: null },
    ],
    [{ rope_parameters: { rope_type: 'default', rope_theta: 1e6 } }, null],
  ])('with %j has that rotary scaling', (changes, expected) => {
    expect(shapeOf(changes).ropeScaling).toEqual(expected);
  });

  it('with an unknown rotary scaling is refused', () => {
    expect(() => shapeOf({ rope_scaling: { type: 'longrope', factor: 2 } })).toThrow('longrope');
  });
});

describe('tokenizer.json', () => {
  it('takes merges as strings or as pairs, and the chat template from its own file', () => {
    const before = readTokenizer(folder, 1024);
    edit('tokenizer.json', (json) => {
      const model = json.model as { merges: unknown[] };
      model.merges = model.merges.map((merge) => (merge as string).split(' '));
    });
    edit('tokenizer_config.json', (json) => delete json.chat_template);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'chat_template.jinja'), '{{ messages }}');
    expect(readTokenizer(folder, 1024)).toEqual(before);
  });
});
