import type { Decoder, Evaluation, Work } from '../decoding/decoder.js';
import type { DecoderGraph } from './decoder-graph.js';
import { float16ToFloat32 } from './float16.js';
import { stepInputs } from './step-inputs.js';
import { type GrowingRuntime, type HostTensor, zeros } from './tensor.js';

/**
 * Drives a published export, whose `present` outputs are the whole cache: what one step gives back is fed to the next.
 * Simple and right for any such graph, but every step copies the cache.
 */
export class GrowingDecoder implements Decoder {
  readonly mostTogether = 1;
  readonly #slots = new Map<number, HostTensor[]>();

  constructor(
    private readonly graph: DecoderGraph,
    private readonly runtime: GrowingRuntime,
  ) {}

  async evaluate([work]: readonly [Work]): Promise<Evaluation> {
    const { caches } = this.graph;
    const inputs = stepInputs(this.graph, [work]);
    const kept = this.#slots.get(work.slot);
    caches.forEach(({ past }, i) => {
      inputs.set(past, this.#firstRows(kept?.[i], work.past));
    });
    const names = ['logits', ...caches.map(({ result }) => result)];
    const { results, engineMs } = await this.runtime.runForNew(inputs, names);
    this.#slots.set(
      work.slot,
      caches.map(({ result }) => results.get(result)!),
    );
    return { rows: [this.#logitRows(results.get('logits')!, work)], engineMs };
  }

  release(slot: number): void {
    this.#slots.delete(slot);
  }

  async dispose(): Promise<void> {
    await this.runtime.dispose();
    this.#slots.clear();
  }

  /** The first `count` rows of each head: all of them unless the sequence was cut back. */
  #firstRows(cache: HostTensor | undefined, count: number): HostTensor {
    const { kvElementType, kvHeads, headDim } = this.graph;
    const length = cache?.dims[2] ?? 0;
    if (cache && count === length) return cache;
    const data = zeros(kvElementType, kvHeads * count * headDim);
    for (let head = 0; cache && head < kvHeads; head++) {
      const from = head * length * headDim;
      (data as Float32Array).set(
        (cache.data as Float32Array).subarray(from, from + count * headDim),
        head * count * headDim,
      );
    }
    return { elementType: kvElementType, dims: [1, kvHeads, count, headDim], data };
  }

  /** The wanted rows; a graph that cannot be told gives one for every token. */
  #logitRows({ data, dims }: HostTensor, work: Work): Float32Array[] {
    const { vocabulary } = this.graph;
    const given = dims[1]!;
    const wanted = work.rows === 'all' ? work.tokens.length : 1;
    return Array.from({ length: wanted }, (_, i) => {
      const from = (given - wanted + i) * vocabulary;
      const row = data.slice(from, from + vocabulary);
      return row instanceof Uint16Array ? float16ToFloat32(row) : (row as Float32Array);
    });
  }
}
