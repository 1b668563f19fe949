/**
 * Attention scores of one layer may take this much memory; ONNX Runtime holds about three copies. A chunk of 512 tokens
 * behind 32,000 cached ones would else need 0.8 GB a copy with 12 heads. Shorter chunks cost nothing there: 3,900 tokens of
 * the 1.5B took the same CPU time in chunks of 128 and of 256.
 */
const SCORE_BYTES = 64 << 20;
/** Below this the matrix products get slower faster than the memory shrinks. */
const FEWEST = 16;

/**
 * Tokens to evaluate in one call behind `past` cached ones.
 * @param batch the most that the candidate allows
 */
export function chunkTokens(past: number, batch: number, heads: number): number {
  const scores = SCORE_BYTES / 4 / heads;
  // The largest n with n × (past + n) scores a head.
  const fitting = Math.floor((Math.sqrt(past * past + 4 * scores) - past) / 2);
  return Math.min(batch, Math.max(FEWEST, fitting));
}
