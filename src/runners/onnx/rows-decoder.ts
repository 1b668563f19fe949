import type { Decoder, Work } from './decoder.js';
import type { DecoderGraph } from './graph/decoder-graph.js';
import { stepInputs } from './step-inputs.js';
import { type GraphRuntime, type HostTensor, type TensorData, zeros } from './tensor.js';

/**
 * Drives a graph that answers with its new rows only. Each sequence has one buffer for each layer's keys and values,
 * with room for the whole context; the operating system gives it memory as rows are written. A step reads the rows so
 * far as a view and writes the new ones behind them: through the C API nothing is copied at all.
 */
export class RowsDecoder implements Decoder {
  readonly mostTogether = 1;
  readonly #graph: DecoderGraph;
  readonly #runtime: GraphRuntime;
  readonly #capacity: number;
  readonly #rowLength: number;
  readonly #slots = new Map<number, { caches: TensorData[]; logits: Float32Array }>();
  /** Stands for an empty cache: the graph wants at least one row, which a length of 0 masks. */
  readonly #noRow: TensorData;

  /** @param capacity tokens that each sequence can hold */
  constructor(graph: DecoderGraph, runtime: GraphRuntime, capacity: number) {
    this.#graph = graph;
    this.#runtime = runtime;
    this.#capacity = capacity;
    this.#rowLength = graph.kvHeads * graph.headDim;
    this.#noRow = zeros(graph.kvElementType, this.#rowLength);
  }

  async evaluate([work]: readonly [Work]): Promise<Float32Array[][]> {
    const slot = this.#slotOf(work.slot);
    const inputs = stepInputs(this.#graph, [work]);
    const outputs = new Map<string, HostTensor>();
    const { past, tokens } = work;
    this.#graph.caches.forEach((port, i) => {
      inputs.set(port.past, past === 0 ? this.#rows(this.#noRow, 0, 1) : this.#rows(slot.caches[i]!, 0, past));
      outputs.set(port.result, this.#rows(slot.caches[i]!, past, tokens.length));
    });
    const { vocabulary } = this.#graph;
    const count = work.rows === 'all' ? tokens.length : 1;
    const logits = work.rows === 'last' ? slot.logits : new Float32Array(count * vocabulary);
    const { elementType } = this.#graph.logits;
    outputs.set('logits', { elementType, dims: [1, count, vocabulary], data: logits });
    await this.#runtime.run(inputs, outputs);
    return [Array.from({ length: count }, (_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary))];
  }

  release(slot: number): void {
    this.#slots.delete(slot);
  }

  async dispose(): Promise<void> {
    await this.#runtime.dispose();
    this.#slots.clear();
  }

  #slotOf(slot: number) {
    const { caches, kvElementType, vocabulary } = this.#graph;
    const found = this.#slots.get(slot) ?? {
      caches: caches.map(() => zeros(kvElementType, this.#capacity * this.#rowLength)),
      logits: new Float32Array(vocabulary),
    };
    this.#slots.set(slot, found);
    return found;
  }

  /** `count` rows of a cache, as the graph takes and gives them. */
  #rows(cache: TensorData, from: number, count: number): HostTensor {
    const { kvElementType, kvHeads, headDim } = this.#graph;
    return {
      elementType: kvElementType,
      dims: [count, 1, kvHeads, headDim],
      data: cache.subarray(from * this.#rowLength, (from + count) * this.#rowLength),
    };
  }
}
