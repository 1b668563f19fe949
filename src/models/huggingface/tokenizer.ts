import { join } from 'node:path';
import * as z from 'zod';
import { bool, type GgufValue, int32Array, text, textArray, uint32 } from '../../formats/gguf/value.js';
import { invalidModel, unsupportedModel } from '../../formats/invalid.js';
import { preTokenizerName } from '../../formats/tokenizer/identify.js';
import { PATTERNS } from '../../formats/tokenizer/split.js';
import {
  chatTemplatesIn,
  readJson,
  readTokenizerConfig,
  type TokenizerConfig,
} from '../../formats/tokenizer/tokenizer-config.js';
import { readTokenizerJson } from '../../formats/tokenizer/tokenizer-json.js';
import { sentencePieceScores } from './sentence-piece.js';

const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.int().min(0), content: z.string(), special: z.boolean().optional() }))
    .optional(),
  pre_tokenizer: z.unknown().optional(),
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.record(z.string(), z.int().min(0)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().optional(),
  }),
});
export type TokenizerJson = z.infer<typeof tokenizerSchema>;

/** Token types of llama.h. */
const TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Reads tokenizer.json and tokenizer_config.json into tokenizer metadata for a vocabulary of `size` rows. */
export function readTokenizer(folder: string, size: number): [string, GgufValue][] {
  const expected = 'a BPE tokenizer with vocab and merges';
  const tokenizer = readJson(join(folder, 'tokenizer.json'), tokenizerSchema, expected);
  if (!tokenizer) throw invalidModel(folder, 'no tokenizer.json in it', expected);
  const config = readTokenizerConfig(folder) ?? {};
  const { tokens, types } = tokenTable(tokenizer, size, folder);
  const isSentencePiece = tokenizer.model.byte_fallback === true;
  if (isSentencePiece) markSentencePiece(tokens, types, config);
  return [
    ['tokenizer.ggml.model', text(isSentencePiece ? 'llama' : 'gpt2')],
    ['tokenizer.ggml.pre', text(isSentencePiece ? 'default' : preTokenizer(tokenizer, folder))],
    ['tokenizer.ggml.tokens', textArray(tokens)],
    ['tokenizer.ggml.token_type', int32Array(types)],
    isSentencePiece
      ? ['tokenizer.ggml.scores', sentencePieceScores(tokens, mergesOf(tokenizer))]
      : ['tokenizer.ggml.merges', textArray(mergesOf(tokenizer).map((pair) => pair.join(' ')))],
    ...specialTokens(config, tokens),
    ...chatTemplate(folder, config),
  ];
}

function tokenTable(tokenizer: TokenizerJson, size: number, folder: string): { tokens: string[]; types: number[] } {
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(TYPE.unused);
  const put = (id: number, content: string, type: number): void => {
    if (id >= size)
      throw invalidModel(folder, `token ${id} in a model of ${size} tokens`, 'tokenizer and config.json of one model');
    tokens[id] = content;
    types[id] = type;
  };
  for (const [content, id] of Object.entries(tokenizer.model.vocab)) put(id, content, TYPE.normal);
  for (const { id, content, special } of tokenizer.added_tokens ?? [])
    put(id, content, special ? TYPE.control : TYPE.userDefined);
  return { tokens, types };
}

function markSentencePiece(tokens: readonly string[], types: number[], config: TokenizerConfig): void {
  tokens.forEach((token, id) => {
    if (/^<0x[0-9A-F]{2}>$/.test(token)) types[id] = TYPE.byte;
    if (token === (config.unk_token ?? '<unk>')) types[id] = TYPE.unknown;
  });
}

const mergesOf = ({ model }: TokenizerJson): [string, string][] =>
  model.merges.map((merge) => {
    if (typeof merge !== 'string') return merge;
    const space = merge.indexOf(' ', 1);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });

/** llama.cpp's name for the way text is cut before merging: exactly that way, or none. Throws MODEL_UNSUPPORTED. */
function preTokenizer({ model }: TokenizerJson, folder: string): string {
  const { splits, keepsWholeWords } = readTokenizerJson(join(folder, 'tokenizer.json'));
  const name = preTokenizerName(splits, keepsWholeWords);
  if (name === 'qwen2' && '<｜end▁of▁sentence｜>' in model.vocab) return 'deepseek-r1-qwen';
  if (name) return name;
  throw unsupportedModel(
    folder,
    'a tokenizer that cuts text in a way that has no name here',
    `one that cuts like ${Object.keys(PATTERNS).join(', ')}, or a GGUF file made by llama.cpp's own converter`,
  );
}

function specialTokens(config: TokenizerConfig, tokens: readonly string[]): [string, GgufValue][] {
  const entries: [string, GgufValue][] = [];
  for (const [key, token] of [
    ['bos', config.bos_token],
    ['eos', config.eos_token],
    ['padding', config.pad_token],
    ['unknown', config.unk_token],
  ] as const) {
    const id = token == null ? -1 : tokens.indexOf(token);
    if (id >= 0) entries.push([`tokenizer.ggml.${key}_token_id`, uint32(id)]);
  }
  const flags = { add_bos_token: config.add_bos_token, add_eos_token: config.add_eos_token };
  for (const [key, value] of Object.entries(flags))
    if (typeof value === 'boolean') entries.push([`tokenizer.ggml.${key}`, bool(value)]);
  return entries;
}

const TEMPLATE = 'tokenizer.chat_template';

/** Named templates keep their names. */
const chatTemplate = (folder: string, config: TokenizerConfig): [string, GgufValue][] =>
  chatTemplatesIn(folder, config).map(({ name, source }) => [
    name === 'default' ? TEMPLATE : `${TEMPLATE}.${name}`,
    text(source),
  ]);
