import type { GgufValue } from '../../formats/gguf/value.js';

/** What merges into nothing is never looked for by score. */
const NEVER = -1e6;

/**
 * Scores for llama.cpp's SentencePiece tokenizer, which joins the neighbours with the highest score first:
 * minus the rank of the merge that makes a token gives the order of the merge list.
 */
export function sentencePieceScores(tokens: readonly string[], merges: readonly [string, string][]): GgufValue {
  const rank = new Map<string, number>();
  merges.forEach(([left, right], i) => {
    if (!rank.has(left + right)) rank.set(left + right, i);
  });
  const scores = Float32Array.from(tokens, (token) => (rank.has(token) ? -rank.get(token)! : NEVER));
  return { type: 'array', of: 'float32', count: scores.length, bytes: Buffer.from(scores.buffer) };
}
