import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shape } from '../../src/core/model.js';
import { readGguf } from '../../src/formats/gguf/read.js';
import { numbersOf, textsOf } from '../../src/formats/gguf/value.js';

/** Writes the model of a GGUF file (F32) as Hugging Face would hold it. Apart from the product's own tables. */

const NAMES: [RegExp, string][] = [
  [/^token_embd\./, 'model.embed_tokens.'],
  [/^output_norm\./, 'model.norm.'],
  [/^output\./, 'lm_head.'],
  [/^blk\.(\d+)\.attn_norm\./, 'model.layers.$1.input_layernorm.'],
  [/^blk\.(\d+)\.ffn_norm\./, 'model.layers.$1.post_attention_layernorm.'],
  [/^blk\.(\d+)\.attn_output\./, 'model.layers.$1.self_attn.o_proj.'],
  [/^blk\.(\d+)\.attn_([qkv])\./, 'model.layers.$1.self_attn.$2_proj.'],
  [/^blk\.(\d+)\.ffn_(gate|up|down)\./, 'model.layers.$1.mlp.$2_proj.'],
];

type Tensor = { name: string; shape: number[]; data: Float32Array };

export type FolderOptions = { type: 'F32' | 'BF16'; shards: number };

export function writeHuggingFaceFolder(folder: string, gguf: string, shape: Shape, options: FolderOptions): void {
  mkdirSync(folder, { recursive: true });
  const tensors = tensorsOf(gguf, shape);
  if (options.shards === 1) writeSafetensors(join(folder, 'model.safetensors'), tensors, options.type);
  else writeShards(folder, tensors, options);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(shape)));
}

function tensorsOf(gguf: string, shape: Shape): Tensor[] {
  const file = readFileSync(gguf);
  return readGguf(gguf)
    .tensors.filter(({ name }) => name !== 'rope_freqs.weight')
    .map(({ name, dims, offset, bytes }) => {
      const data = new Float32Array(file.buffer.slice(file.byteOffset + offset, file.byteOffset + offset + bytes));
      const [pattern, replacement] = NAMES.find(([regex]) => regex.test(name))!;
      const isTurned = shape.architecture === 'llama' && /attn_[qk]\./.test(name);
      return {
        name: name.replace(pattern, replacement),
        shape: [...dims].reverse(),
        data: isTurned ? halvesApart(data, dims[0]!, shape.headDim) : data,
      };
    });
}

/** Rows 0, 2, 4, … of each head first, then rows 1, 3, 5, …. */
function halvesApart(data: Float32Array, columns: number, headDim: number): Float32Array {
  const order = Array.from({ length: data.length / columns }, (_, row) => {
    const head = Math.floor(row / headDim) * headDim;
    const i = row - head;
    return head + (i < headDim / 2 ? 2 * i : 2 * (i - headDim / 2) + 1);
  });
  return Float32Array.from(order.flatMap((row) => [...data.subarray(row * columns, (row + 1) * columns)]));
}

function writeShards(folder: string, tensors: Tensor[], { type, shards }: FolderOptions): void {
  const map: Record<string, string> = {};
  for (let i = 0; i < shards; i++) {
    const name = `model-0000${i + 1}-of-0000${shards}.safetensors`;
    const part = tensors.filter((_, t) => t % shards === i);
    for (const tensor of part) map[tensor.name] = name;
    writeSafetensors(join(folder, name), part, type);
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }));
}

export function writeSafetensors(path: string, tensors: Tensor[], type: 'F32' | 'BF16'): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const { name, shape, data } of tensors) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const bytes =
      type === 'F32' ? Buffer.from(words) : Buffer.from(Uint16Array.from(words, (word) => word >>> 16).buffer);
    const content = type === 'F32' ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : bytes;
    header[name] = { dtype: type, shape, data_offsets: [at, at + content.length] };
    at += content.length;
    parts.push(content);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, ...parts]));
}

export const configOf = (shape: Shape): object => ({
  model_type: shape.architecture,
  hidden_size: shape.hidden,
  num_hidden_layers: shape.layers,
  num_attention_heads: shape.heads,
  num_key_value_heads: shape.kvHeads,
  head_dim: shape.headDim,
  intermediate_size: shape.ffn,
  vocab_size: shape.vocab,
  max_position_embeddings: shape.contextLength,
  rms_norm_eps: shape.rmsEps,
  rope_theta: shape.ropeBase,
  rope_scaling:
    shape.ropeScaling?.type === 'llama3'
      ? {
          rope_type: 'llama3',
          factor: shape.ropeScaling.factor,
          low_freq_factor: shape.ropeScaling.lowFrequencyFactor,
          high_freq_factor: shape.ropeScaling.highFrequencyFactor,
          original_max_position_embeddings: shape.ropeScaling.originalContextLength,
        }
      : null,
  tie_word_embeddings: shape.tied,
});

const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** tokenizer.json and tokenizer_config.json with the vocabulary of a byte-level GGUF file. */
export function writeByteLevelTokenizer(folder: string, gguf: string): void {
  const { metadata } = readGguf(gguf);
  const tokens = textsOf(metadata, 'tokenizer.ggml.tokens')!;
  const types = numbersOf(metadata, 'tokenizer.ggml.token_type')!;
  const added = tokens.flatMap((content, id) => (types[id] === 1 ? [] : [{ id, content, special: types[id] === 3 }]));
  const vocab = Object.fromEntries(
    tokens.map((token, id) => [token, id]).filter(([, id]) => types[id as number] === 1),
  );
  const merges = textsOf(metadata, 'tokenizer.ggml.merges')!;
  const split = { type: 'Split', pattern: { Regex: QWEN2_PATTERN }, behavior: 'Isolated', invert: false };
  const rules = { type: 'Sequence', pretokenizers: [split, { type: 'ByteLevel', use_regex: false }] };
  const begin = '<｜begin▁of▁sentence｜>';
  const single = [{ SpecialToken: { id: begin, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  const tokenizer = {
    added_tokens: added,
    pre_tokenizer: rules,
    post_processor: { type: 'TemplateProcessing', single },
    model: { type: 'BPE', vocab, merges },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const config = {
    bos_token: { content: begin },
    eos_token: '<｜end▁of▁sentence｜>',
    add_bos_token: true,
    chat_template: '{{ messages }}',
  };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}

/** The same for a SentencePiece vocabulary, whose merges are listed in order of the score of what they make. */
export function writeSentencePieceTokenizer(folder: string, gguf: string): void {
  const { metadata } = readGguf(gguf);
  const tokens = textsOf(metadata, 'tokenizer.ggml.tokens')!;
  const scores = numbersOf(metadata, 'tokenizer.ggml.scores')!;
  const known = new Set(tokens);
  const byScore = tokens.map((_, id) => id).sort((a, b) => scores[b]! - scores[a]!);
  const merges = byScore.flatMap((id) =>
    [...tokens[id]!].slice(1).flatMap((_, i) => {
      const characters = [...tokens[id]!];
      const pair = [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')] as const;
      return id > 258 && known.has(pair[0]) && known.has(pair[1]) ? [pair] : [];
    }),
  );
  const added = ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true }));
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const model = { type: 'BPE', vocab, merges, byte_fallback: true };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ added_tokens: added, pre_tokenizer: null, model }));
  const config = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', add_bos_token: true };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
