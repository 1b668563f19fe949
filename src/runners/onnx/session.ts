import type { EngineDescription, NativeTimer, Sequence, Session } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import { createEncode } from '../../formats/tokenizer/encode.js';
import type { Vocabulary } from '../../formats/tokenizer/vocabulary.js';
import { createTokenBytes } from '../token-bytes.js';
import { chunkTokens } from './chunk-tokens.js';
import type { Decoder, Evaluation, Work } from './decoder.js';
import { OnnxSequence } from './sequence.js';
import { WorkQueue } from './work-queue.js';

export type LoadedOnnx = {
  decoder: Decoder;
  vocabulary: Vocabulary;
  description: Omit<EngineDescription, 'bosToken' | 'eosTokens'>;
  /** Sequences that can be open at once. */
  sequences: number;
  /** Most tokens in one evaluation. */
  batch: number;
  /** Query heads. */
  heads: number;
};

/** Logits of this many bytes at most are held by one evaluation: 100 rows of a vocabulary of 152,064. */
const LOGIT_BYTES = 64 << 20;

/** A loaded ONNX decoder behind the engine port. */
export class OnnxSession implements Session, NativeTimer {
  readonly tokenize: Session['tokenize'];
  readonly tokenBytes: Session['tokenBytes'];
  readonly #loaded: LoadedOnnx;
  readonly #queue: WorkQueue;
  readonly #freeSlots: number[];
  #decodeMs = 0;

  constructor(loaded: LoadedOnnx) {
    this.#loaded = loaded;
    const { mostTogether } = loaded.decoder;
    this.#queue = new WorkQueue({ mostTogether, evaluate: (works) => this.#timed(works) });
    this.#freeSlots = Array.from({ length: loaded.sequences }, (_, slot) => slot);
    this.tokenize = createEncode(loaded.vocabulary);
    this.tokenBytes = createTokenBytes(loaded.vocabulary);
  }

  describe(): EngineDescription {
    const { bosToken, eosTokens } = this.#loaded.vocabulary;
    return { ...this.#loaded.description, bosToken, eosTokens: [...eosTokens] };
  }

  openSequence(): Sequence {
    const slot = this.#freeSlots.shift();
    if (slot === undefined)
      throw new R1Error('INTERNAL', `All ${this.#loaded.sequences} sequences of the session are open.`);
    const { description, batch, heads, decoder } = this.#loaded;
    return new OnnxSequence({
      contextTokens: description.contextTokens,
      chunkTokens: (past) => chunkTokens(past, batch, heads),
      logitRows: Math.max(1, Math.floor(LOGIT_BYTES / (4 * description.vocabulary))),
      evaluate: (past, tokens, rows) => this.#queue.evaluate({ slot, past, tokens, rows }),
      close: () => {
        decoder.release(slot);
        // The lowest free slot is taken first, so that open ones lie together.
        this.#freeSlots.push(slot);
        this.#freeSlots.sort((a, b) => a - b);
      },
    });
  }

  /** Time inside ONNX Runtime for one-token evaluations, handing over to its thread and back included. */
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
