import type { Work } from '../../decoding/decoder.js';
import type { LlamaApi, Pointer } from './llama-api.js';

/** Memory that C reads: outside V8's heap, where arrays below 64 bytes would be moved about. */
const outside = (bytes: number): ArrayBuffer => new ArrayBuffer(Math.max(64, bytes));

/** A `llama_batch` that is filled anew for each evaluation. */
export class Batch {
  /** What llama_decode takes by value. */
  readonly struct: Record<string, unknown>;
  readonly #tokens: Int32Array;
  readonly #positions: Int32Array;
  readonly #sequences: BigUint64Array;
  readonly #wanted: Int8Array;
  /** The address of each slot's number: a token is of one sequence, and the batch points to a list of it. */
  readonly #addresses: Pointer[];
  /** Memory that only the addresses above lead to. */
  readonly kept: readonly unknown[];

  constructor({ koffi }: LlamaApi, capacity: number, slots: number) {
    this.#tokens = new Int32Array(outside(4 * capacity));
    this.#positions = new Int32Array(outside(4 * capacity));
    this.#sequences = new BigUint64Array(outside(8 * capacity));
    this.#wanted = new Int8Array(outside(capacity));
    const counts = new Int32Array(outside(4 * capacity)).fill(1);
    const numbers = Array.from({ length: slots }, (_, slot) => new Int32Array(outside(4)).fill(slot));
    this.#addresses = numbers.map((number) => koffi.address(number));
    this.kept = [counts, numbers];
    this.struct = {
      n_tokens: 0,
      token: koffi.address(this.#tokens),
      embd: null,
      pos: koffi.address(this.#positions),
      n_seq_id: koffi.address(counts),
      seq_id: koffi.address(this.#sequences),
      logits: koffi.address(this.#wanted),
    };
  }

  /** @returns for each work the places in the batch whose logits are wanted */
  fill(works: readonly Work[]): number[][] {
    let place = 0;
    const wanted = works.map(({ slot, past, tokens, rows }) => {
      const from = place;
      for (let i = 0; i < tokens.length; i++, place++) {
        this.#tokens[place] = tokens[i]!;
        this.#positions[place] = past + i;
        this.#sequences[place] = this.#addresses[slot]!;
        this.#wanted[place] = Number(rows === 'all' || i === tokens.length - 1);
      }
      return rows === 'all' ? tokens.map((_, i) => from + i) : [place - 1];
    });
    this.struct.n_tokens = place;
    return wanted;
  }
}
