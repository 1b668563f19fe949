import type { Session } from '../../../core/engine.js';
import type { LlamaApi, Pointer } from './llama-api.js';

export type LlamaVocabulary = Pick<Session, 'tokenize' | 'tokenBytes'> & {
  size: number;
  /** The token that prompts begin with; null where the model wants none. */
  bosToken: number | null;
  /** All tokens that end an answer. */
  eosTokens: number[];
};

/** Longest token in most vocabularies; longer ones are asked for again. */
const PIECE_BYTES = 256;

/** The tokenizer inside the model file, as llama.cpp reads it. */
export function openVocabulary({ llama }: LlamaApi, model: Pointer): LlamaVocabulary {
  const vocabulary = llama.llama_model_get_vocab(model) as Pointer;
  const size = llama.llama_vocab_n_tokens(vocabulary) as number;
  const bos = llama.llama_vocab_get_add_bos(vocabulary) ? (llama.llama_vocab_bos(vocabulary) as number) : -1;
  const ids = Array.from({ length: size }, (_, token) => token);
  let piece = Buffer.from(new ArrayBuffer(PIECE_BYTES));
  const pieceOf = (token: number, special: boolean): number =>
    llama.llama_token_to_piece(vocabulary, token, piece, piece.length, 0, special) as number;
  return {
    size,
    bosToken: bos < 0 ? null : bos,
    eosTokens: ids.filter((token) => llama.llama_vocab_is_eog(vocabulary, token)),
    tokenize(text, { special }) {
      const bytes = Buffer.from(text, 'utf8');
      // No token is of no byte, but SentencePiece puts a space before the text.
      const tokens = new Int32Array(bytes.length + 16);
      const count = llama.llama_tokenize(
        vocabulary,
        bytes,
        bytes.length,
        tokens,
        tokens.length,
        false,
        special,
      ) as number;
      if (count < 0) throw new Error(`llama.cpp found ${-count} tokens in ${bytes.length} bytes`);
      return Array.from(tokens.subarray(0, count));
    },
    tokenBytes(token, { special }) {
      if (!(token >= 0 && token < size)) return new Uint8Array(0);
      let length = pieceOf(token, special);
      if (length < 0) {
        piece = Buffer.from(new ArrayBuffer(-length));
        length = pieceOf(token, special);
      }
      return Uint8Array.from(piece.subarray(0, length));
    },
  };
}
