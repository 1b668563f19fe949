/** Tokens of one sequence to evaluate in one go. */
export type Work = {
  /** Which of the session's sequences. */
  slot: number;
  /** Tokens of the sequence that are in its cache already. */
  past: number;
  tokens: readonly number[];
  /** Logits after the last token, or after each. */
  rows: 'last' | 'all';
};

export type Evaluation = {
  /**
   * The rows of logits of each work, `vocabulary` floats a row. A last row stays as it is until the next evaluation: it
   * may lie in the engine's memory.
   */
  rows: Float32Array[][];
  /** Time inside the engine, ms. */
  engineMs: number;
};

/**
 * Evaluates tokens against the caches of a session's sequences, which it owns. A smaller `past` than before forgets
 * what was cached behind it.
 */
export interface Decoder {
  /** Most one-token works that one call can take together, of as many sequences. */
  readonly mostTogether: number;
  /** One work of any length, or several of one token. */
  evaluate(works: readonly Work[]): Promise<Evaluation>;
  /** The slot is free: its memory may go. */
  release(slot: number): void;
  /** Writes the cache of a slot to a file, with the tokens that are in it. Absent where the engine cannot. */
  saveState?(slot: number, tokens: readonly number[], path: string): Promise<void>;
  /** Fills the cache of a slot from such a file. Returns the tokens that are in it. */
  loadState?(slot: number, path: string): Promise<number[]>;
  dispose(): Promise<void>;
}
