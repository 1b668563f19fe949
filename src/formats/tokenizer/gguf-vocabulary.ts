import { R1Error } from '../../core/errors.js';
import { readGguf } from '../gguf/read.js';
import { boolOf, numberOf, numbersOf, textOf, textsOf } from '../gguf/value.js';
import { WHOLE_WORDS } from './identify.js';
import { addsBos, END_KEYS, endTokens } from './special-rules.js';
import { namedSplits } from './split.js';
import type { Vocabulary } from './vocabulary.js';

/** The vocabulary in a GGUF file. Throws `MODEL_INVALID` when it has none, `MODEL_UNSUPPORTED` for other kinds. */
export function readGgufVocabulary(path: string): Vocabulary {
  const { metadata } = readGguf(path);
  const key = (name: string): string => `tokenizer.ggml.${name}`;
  const kind = textOf(metadata, key('model'));
  const tokens = textsOf(metadata, key('tokens')) ?? [];
  if (kind === undefined || tokens.length === 0)
    throw new R1Error('MODEL_INVALID', `${path} holds no vocabulary; expected tokenizer.ggml.tokens.`);
  if (kind !== 'gpt2' && kind !== 'llama')
    throw new R1Error('MODEL_UNSUPPORTED', `The tokenizer of ${path} is of kind "${kind}".`, {
      fix: 'Use a model with a byte-level BPE (gpt2) or SentencePiece (llama) tokenizer.',
    });
  const pre = textOf(metadata, key('pre')) ?? 'gpt-2';
  const begins = addsBos(kind, textOf(metadata, key('pre')), boolOf(metadata, key('add_bos_token')));
  // llama.cpp's ids where the file names none: 1 and 2 for SentencePiece.
  const idOf = (name: string, usual: number): number | null =>
    numberOf(metadata, key(`${name}_token_id`)) ?? (kind === 'llama' ? usual : null);
  const named = END_KEYS.map((name) => (name === 'eos' ? idOf(name, 2) : numberOf(metadata, key(`${name}_token_id`))));
  return {
    kind,
    tokens,
    types: numbersOf(metadata, key('token_type')) ?? [],
    merges: textsOf(metadata, key('merges')) ?? [],
    scores: numbersOf(metadata, key('scores')) ?? [],
    splits: kind === 'gpt2' ? namedSplits(pre) : [],
    keepsWholeWords: WHOLE_WORDS.has(pre),
    addsSpacePrefix: boolOf(metadata, key('add_space_prefix')) ?? true,
    normalization: null,
    bosToken: begins ? idOf('bos', 1) : null,
    eosTokens: endTokens(tokens, named),
    unknownToken: numberOf(metadata, key('unknown_token_id')) ?? (kind === 'llama' ? 0 : null),
  };
}
