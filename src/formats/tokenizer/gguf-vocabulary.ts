import { R1Error } from '../../core/errors.js';
import { readGgufMetadata } from './gguf-metadata.js';
import { namedSplit } from './split.js';
import type { Vocabulary } from './vocabulary.js';

/** Names under which GGUF files give tokens that end an answer. */
const END_KEYS = ['eos_token_id', 'eot_token_id', 'eom_token_id'];
/** Pre-tokenizers of families whose tokenizer.json says `ignore_merges` (llama.cpp sets the same by name). */
const WHOLE_WORDS = new Set(['llama-bpe', 'llama3', 'llama-v3']);

/** The vocabulary in a GGUF file. Throws `MODEL_INVALID` when it has none, `MODEL_UNSUPPORTED` for other kinds. */
export function readGgufVocabulary(path: string): Vocabulary {
  const metadata = readGgufMetadata(path);
  const key = (name: string): string => `tokenizer.ggml.${name}`;
  const kind = metadata.text(key('model'));
  const tokens = metadata.texts(key('tokens'));
  if (kind === undefined || tokens.length === 0)
    throw new R1Error('MODEL_INVALID', `${path} holds no vocabulary; expected tokenizer.ggml.tokens.`);
  if (kind !== 'gpt2' && kind !== 'llama')
    throw new R1Error('MODEL_UNSUPPORTED', `The tokenizer of ${path} is of kind "${kind}".`, {
      mend: 'Use a model with a byte-level BPE (gpt2) or SentencePiece (llama) tokenizer.',
    });
  const pre = metadata.text(key('pre')) ?? 'gpt-2';
  const ends = END_KEYS.map((name) => metadata.number(key(name))).filter((id) => id !== undefined);
  return {
    kind,
    tokens,
    types: metadata.numbers(key('token_type')),
    merges: metadata.texts(key('merges')),
    scores: metadata.numbers(key('scores')),
    splits: kind === 'gpt2' ? [namedSplit(pre)] : [],
    keepsWholeWords: WHOLE_WORDS.has(pre),
    addsSpacePrefix: metadata.flag(key('add_space_prefix')) ?? true,
    normalization: null,
    bosToken: metadata.number(key('bos_token_id')) ?? null,
    eosTokens: [...new Set(ends)],
    unknownToken: metadata.number(key('unknown_token_id')) ?? (kind === 'llama' ? 0 : null),
  };
}
