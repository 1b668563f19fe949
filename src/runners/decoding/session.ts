import type { EngineDescription, NativeTimer, Sequence, Session } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import type { Decoder, Evaluation, Work } from './decoder.js';
import { DecoderSequence } from './sequence.js';
import { WorkQueue } from './work-queue.js';

export type LoadedDecoder = {
  decoder: Decoder;
  tokenize: Session['tokenize'];
  tokenBytes: Session['tokenBytes'];
  describe: () => EngineDescription;
  /** Sequences that can be open at once. */
  sequences: number;
  /** Most tokens in one evaluation behind `past` cached ones. */
  chunkTokens(past: number): number;
};

/** Logits of this many bytes at most are held by one evaluation: 100 rows of a vocabulary of 152,064. */
const LOGIT_BYTES = 64 << 20;

/** A loaded decoder behind the engine port. */
export class DecoderSession implements Session, NativeTimer {
  readonly tokenize: Session['tokenize'];
  readonly tokenBytes: Session['tokenBytes'];
  readonly describe: () => EngineDescription;
  readonly #loaded: LoadedDecoder;
  readonly #queue: WorkQueue;
  readonly #freeSlots: number[];
  #decodeMs = 0;

  constructor(loaded: LoadedDecoder) {
    this.#loaded = loaded;
    const { mostTogether } = loaded.decoder;
    this.#queue = new WorkQueue({ mostTogether, evaluate: (works) => this.#timed(works) });
    this.#freeSlots = Array.from({ length: loaded.sequences }, (_, slot) => slot);
    this.tokenize = loaded.tokenize;
    this.tokenBytes = loaded.tokenBytes;
    this.describe = loaded.describe;
  }

  openSequence(): Sequence {
    const slot = this.#freeSlots.shift();
    if (slot === undefined)
      throw new R1Error('INTERNAL', `All ${this.#loaded.sequences} sequences of the session are open.`);
    const { decoder, chunkTokens } = this.#loaded;
    const { contextTokens, vocabulary } = this.describe();
    return new DecoderSequence({
      contextTokens,
      chunkTokens,
      logitRows: Math.max(1, Math.floor(LOGIT_BYTES / (4 * vocabulary))),
      evaluate: (past, tokens, rows) => this.#queue.evaluate({ slot, past, tokens, rows }),
      ...(decoder.saveState && {
        saveState: (path, tokens) => this.#queue.alone(() => decoder.saveState!(slot, tokens, path)),
      }),
      ...(decoder.loadState && { loadState: (path) => this.#queue.alone(() => decoder.loadState!(slot, path)) }),
      close: () => {
        decoder.release(slot);
        // The lowest free slot is taken first, so that open ones lie together.
        this.#freeSlots.push(slot);
        this.#freeSlots.sort((a, b) => a - b);
      },
    });
  }

  /** Time inside the engine for one-token evaluations, handing over to its thread and back included. */
  async takeDecodeMs(): Promise<number> {
    const taken = this.#decodeMs;
    this.#decodeMs = 0;
    return taken;
  }

  async dispose(): Promise<void> {
    await this.#queue.close();
    await this.#loaded.decoder.dispose();
  }

  async #timed(works: readonly Work[]): Promise<Evaluation> {
    const evaluation = await this.#loaded.decoder.evaluate(works);
    if (works[0]!.tokens.length === 1) this.#decodeMs += evaluation.engineMs;
    return evaluation;
  }
}
