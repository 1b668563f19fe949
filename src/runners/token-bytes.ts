/**
 * The bytes behind a token id, from the vocabulary of the model file. Engines detokenize to text and so lose
 * characters whose bytes are spread over tokens; a server needs the bytes.
 */

/** GGUF `tokenizer.ggml.token_type` (llama.cpp `llama_token_type`). */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

/** GPT-2's byte alphabet: printable bytes stand for themselves, the rest for code points from 256 on. */
function byteAlphabet(): Map<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const alphabet = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) alphabet.set(String.fromCodePoint(printable(byte) ? byte : next++), byte);
  return alphabet;
}

export type Vocabulary = {
  /** "gpt2" (byte-level BPE) or "llama" (SentencePiece). */
  kind: string;
  tokens: readonly string[];
  types: readonly number[];
};

export function createTokenBytes(vocabulary: Vocabulary): (token: number, options: { special: boolean }) => Uint8Array {
  const alphabet = byteAlphabet();
  const none = new Uint8Array(0);
  const byteLevel = (text: string): Uint8Array => {
    const bytes: number[] = [];
    for (const character of text) {
      const byte = alphabet.get(character);
      if (byte === undefined) return Buffer.from(text, 'utf8');
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  };
  const sentencePiece = (text: string, type: number): Uint8Array => {
    const byte = type === BYTE || vocabulary.types.length === 0 ? /^<0x([0-9A-F]{2})>$/.exec(text) : null;
    return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : Buffer.from(text.replaceAll('▁', ' '), 'utf8');
  };
  return (token, { special }) => {
    const text = vocabulary.tokens[token];
    if (text === undefined) return none;
    const type = vocabulary.types[token] ?? 1;
    if (type === CONTROL || type === UNKNOWN) return special ? Buffer.from(text, 'utf8') : none;
    // Added by hand, outside the alphabet of the vocabulary: as written.
    if (type === USER_DEFINED) return Buffer.from(text, 'utf8');
    return vocabulary.kind === 'llama' ? sentencePiece(text, type) : byteLevel(text);
  };
}
