/** What a tokenizer is made from, whatever file it was read from. */
export type Vocabulary = {
  /** gpt2: byte-level BPE. llama: SentencePiece with scores. */
  kind: 'gpt2' | 'llama';
  /** Text of each id: in GPT-2's byte alphabet, or with ▁ for a space. */
  tokens: readonly string[];
  /** Kind of each id as in GGUF `tokenizer.ggml.token_type`. */
  types: readonly number[];
  /** BPE: pairs joined by a space, best first. */
  merges: readonly string[];
  /** SentencePiece: the higher, the sooner merged. */
  scores: readonly number[];
  /** BPE: how text is cut into words before merging, one pattern after the other. */
  splits: readonly RegExp[];
  /** BPE: a word that is a token is not merged piece by piece. */
  keepsWholeWords: boolean;
  /** SentencePiece: text after a special token, and at the start, gets a space in front. */
  addsSpacePrefix: boolean;
  /** Unicode normalization of ordinary text. */
  normalization: 'NFC' | null;
  bosToken: number | null;
  eosTokens: readonly number[];
  unknownToken: number | null;
};

/** Values of `tokenizer.ggml.token_type` (llama.cpp `llama_token_type`). */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
