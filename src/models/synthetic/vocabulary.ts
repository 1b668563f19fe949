import { bool, type GgufValue, int32Array, text, textArray, uint32 } from '../../formats/gguf/value.js';

/** Ids of the special tokens of DeepSeek-R1-Distill-Qwen; smaller vocabularies have them at their end. */
const QWEN_FIRST_SPECIAL = 151643;
const SPECIAL = [
  '<｜end▁of▁sentence｜>',
  '<｜User｜>',
  '<｜Assistant｜>',
  '<｜begin▁of▁sentence｜>',
  '<|EOT|>',
  '<think>',
  '</think>',
] as const;
/** Token types of llama.h. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;

/** A few frequent pairs, so that merging is exercised; everything else is spelled in bytes. */
const MERGES = ['Ġ t', 'h e', 'i n', 'Ġ a', 'r e', 'o n', 'Ġt he', 'e r', 'a t', 'Ġ s'];

export const LEAST_VOCABULARY = 256 + MERGES.length + SPECIAL.length;

const CHAT_TEMPLATE = `{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}<｜User｜>{{ message.content }}{% elif message.role == 'assistant' %}<｜Assistant｜>{{ message.content }}<｜end▁of▁sentence｜>{% else %}{{ message.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜><think>
{% endif %}`;

/** Tokenizer metadata of a byte-level BPE that spells any UTF-8 text, padded to `size` tokens with words like " w1234". */
export function byteLevelVocabulary(size: number): [string, GgufValue][] {
  const tokens = [...byteAlphabet(), ...MERGES.map((pair) => pair.replace(' ', ''))];
  while (tokens.length < size) tokens.push(`Ġw${tokens.length}`);
  const types = tokens.map(() => NORMAL);
  const first = size >= QWEN_FIRST_SPECIAL + SPECIAL.length ? QWEN_FIRST_SPECIAL : size - SPECIAL.length;
  SPECIAL.forEach((token, i) => {
    tokens[first + i] = token;
    types[first + i] = token.endsWith('think>') ? USER_DEFINED : CONTROL;
  });
  const idOf = (token: (typeof SPECIAL)[number]): GgufValue => uint32(first + SPECIAL.indexOf(token));
  return [
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('qwen2')],
    ['tokenizer.ggml.tokens', textArray(tokens)],
    ['tokenizer.ggml.token_type', int32Array(types)],
    ['tokenizer.ggml.merges', textArray(MERGES)],
    ['tokenizer.ggml.bos_token_id', idOf('<｜begin▁of▁sentence｜>')],
    ['tokenizer.ggml.eos_token_id', idOf('<｜end▁of▁sentence｜>')],
    ['tokenizer.ggml.padding_token_id', idOf('<｜end▁of▁sentence｜>')],
    ['tokenizer.ggml.add_bos_token', bool(true)],
    ['tokenizer.ggml.add_eos_token', bool(false)],
    ['tokenizer.chat_template', text(CHAT_TEMPLATE)],
  ];
}

/** GPT-2's printable stand-in for each byte, in byte order: printable Latin-1 stands for itself, the rest follows 255. */
export function byteAlphabet(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}
