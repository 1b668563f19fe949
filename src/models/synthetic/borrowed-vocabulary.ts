import { R1Error } from '../../core/errors.js';
import { readGguf } from '../../formats/gguf/read.js';
import { type GgufArray, type GgufValue, textArray } from '../../formats/gguf/value.js';
import { invalidModel } from '../../formats/invalid.js';

/** llama.h LLAMA_TOKEN_TYPE_UNUSED. */
const UNUSED = 5;

/** The tokenizer of another GGUF file, padded to `size` tokens. Throws when it has more than that, or none. */
export function borrowedVocabulary(path: string, size: number): [string, GgufValue][] {
  const { metadata } = readGguf(path);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (tokens?.type !== 'array') throw invalidModel(path, 'no tokenizer.ggml.tokens', 'a GGUF file with a vocabulary');
  if (tokens.count > size)
    throw new R1Error(
      'USAGE',
      `The vocabulary of ${path} has ${tokens.count} tokens; the geometry has room for ${size}.`,
    );
  return [...metadata]
    .filter(([key]) => key.startsWith('tokenizer.'))
    .map(([key, value]) => [key, value.type === 'array' && value.count === tokens.count ? padded(value, size) : value]);
}

function padded(array: GgufArray, size: number): GgufArray {
  const missing = size - array.count;
  return { ...array, count: size, bytes: Buffer.concat([array.bytes, padding(array, missing)]) };
}

/** Names for tokens, "unused" for token types, zero for scores. */
function padding({ of, count }: GgufArray, missing: number): Buffer {
  if (of === 'string')
    return (textArray(Array.from({ length: missing }, (_, i) => `[PAD${count + i}]`)) as GgufArray).bytes;
  const words = new Int32Array(missing).fill(of === 'int32' ? UNUSED : 0);
  return Buffer.from(words.buffer);
}
