import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { R1Error } from '../../../core/errors.js';
import { makeFolder } from '../../../formats/files/make-folder.js';
import type { Decoder, Evaluation, Work } from '../../decoding/decoder.js';
import { Batch } from './batch.js';
import { callAsync } from './call-async.js';
import type { LlamaApi, Pointer } from './llama-api.js';

export type LoadedContext = {
  api: LlamaApi;
  context: Pointer;
  sequences: number;
  vocabulary: number;
  contextTokens: number;
  /** Frees the context and all that it stands on. */
  free(): void;
};

/**
 * One context of llama.cpp. A batch of single steps runs on the thread of the caller: handing it to another thread and back
 * costs more than the few milliseconds for which the event loop stands still. Longer work runs on a thread of libuv's pool.
 */
export class LlamaDecoder implements Decoder {
  readonly mostTogether: number;
  readonly #loaded: LoadedContext;
  readonly #memory: Pointer;
  readonly #batch: Batch;
  /** Tokens in the cache of each slot. */
  readonly #cached: number[];
  /** Views of rows in the library's memory, by address: it keeps one place for them until more are wanted. */
  readonly #views = new Map<Pointer, Float32Array>();

  constructor(loaded: LoadedContext) {
    const { api, context, sequences } = loaded;
    this.#loaded = loaded;
    this.mostTogether = sequences;
    this.#memory = api.llama.llama_get_memory(context) as Pointer;
    const capacity = Math.max(api.llama.llama_n_batch(context) as number, sequences);
    this.#batch = new Batch(api, capacity, sequences);
    this.#cached = new Array(sequences).fill(0);
  }

  async evaluate(works: readonly Work[]): Promise<Evaluation> {
    // In the order of their slots: llama.cpp evaluates a batch in one pass only as far as its sequences follow one another.
    const ordered = [...works].sort((a, b) => a.slot - b.slot);
    for (const { slot, past } of ordered) this.#cut(slot, past);
    const places = this.#batch.fill(ordered);
    const start = performance.now();
    const code = await this.#decode(ordered);
    const engineMs = performance.now() - start;
    if (code !== 0) {
      for (const { slot, past } of ordered) this.#cut(slot, past, true);
      throw new R1Error('INTERNAL', `llama_decode failed with ${code}${code === 1 ? ': the cache is full' : ''}.`);
    }
    for (const { slot, past, tokens } of ordered) this.#cached[slot] = past + tokens.length;
    const rows = new Map(ordered.map((work, i) => [work, this.#rows(work, places[i]!)]));
    return { rows: works.map((work) => rows.get(work)!), engineMs };
  }

  release(slot: number): void {
    this.#cut(slot, 0);
  }

  async saveState(slot: number, tokens: readonly number[], path: string): Promise<void> {
    const { api, context } = this.#loaded;
    const partial = `${path}.partial-${process.pid}`;
    makeFolder(dirname(path));
    const list = Int32Array.from(tokens);
    const bytes = await callAsync(api.llama.llama_state_seq_save_file, context, partial, slot, list, list.length);
    if (Number(bytes) === 0) {
      await rm(partial, { force: true });
      throw new R1Error('OUTPUT_UNWRITABLE', `llama.cpp cannot write the cache of a sequence to ${path}.`);
    }
    await rename(partial, path);
  }

  async loadState(slot: number, path: string): Promise<number[]> {
    const { api, context, contextTokens } = this.#loaded;
    this.#cut(slot, 0);
    const list = new Int32Array(contextTokens);
    const count = new BigUint64Array(new ArrayBuffer(64));
    const load = api.llama.llama_state_seq_load_file;
    const bytes = await callAsync(load, context, path, slot, list, list.length, count);
    if (Number(bytes) === 0) {
      this.#cut(slot, 0, true);
      throw new R1Error('INTERNAL', `llama.cpp refuses the cache in ${path}: it is damaged, or of another model.`);
    }
    this.#cached[slot] = Number(count[0]);
    return Array.from(list.subarray(0, this.#cached[slot]));
  }

  async dispose(): Promise<void> {
    this.#views.clear();
    this.#loaded.free();
  }

  #decode(works: readonly Work[]): number | Promise<unknown> {
    const { api, context } = this.#loaded;
    const { llama_decode } = api.llama;
    return works.every(({ tokens }) => tokens.length === 1)
      ? (llama_decode(context, this.#batch.struct) as number)
      : callAsync(llama_decode, context, this.#batch.struct);
  }

  /** Forgets what is cached behind the first `past` tokens; `always` where it is not known what is there. */
  #cut(slot: number, past: number, always = false): void {
    if (!always && this.#cached[slot]! <= past) return;
    this.#loaded.api.llama.llama_memory_seq_rm(this.#memory, slot, past, -1);
    this.#cached[slot] = past;
  }

  /** The last row is a view of the library's memory; of several, copies are given, since they are collected. */
  #rows({ rows }: Work, places: readonly number[]): Float32Array[] {
    const views = places.map((place) => this.#view(place));
    return rows === 'all' ? views.map((view) => view.slice()) : views;
  }

  #view(place: number): Float32Array {
    const { api, context, vocabulary, sequences } = this.#loaded;
    const address = api.llama.llama_get_logits_ith(context, place) as Pointer | null;
    if (address === null) throw new R1Error('INTERNAL', `llama.cpp has no logits at place ${place} of the batch.`);
    let view = this.#views.get(address);
    if (view === undefined) {
      if (this.#views.size > 4 * sequences) this.#views.clear();
      view = new Float32Array(api.koffi.view(address, 4 * vocabulary));
      this.#views.set(address, view);
    }
    return view;
  }
}
