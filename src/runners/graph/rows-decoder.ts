import { greatestOf } from '../../core/extremes.js';
import type { Decoder, Evaluation, Work } from '../decoding/decoder.js';
import type { DecoderGraph } from './decoder-graph.js';
import { Lanes } from './lanes.js';
import { stepInputs } from './step-inputs.js';
import { type GraphRuntime, type HostTensor, type TensorData, zeros } from './tensor.js';

type Slot = { caches: TensorData[]; logits: Float32Array };

/**
 * Drives a graph that answers with its new rows only. Each sequence has one buffer for each layer's keys and values,
 * with room for the whole context; the operating system gives it memory as rows are written. A step reads the rows so
 * far as a view and writes the new ones behind them: through the C API nothing is copied at all. Sequences that decode
 * together do so in `Lanes`.
 */
export class RowsDecoder implements Decoder {
  readonly mostTogether: number;
  readonly #graph: DecoderGraph;
  readonly #runtime: GraphRuntime;
  readonly #capacity: number;
  readonly #slots = new Map<number, Slot>();
  /** Stands for an empty cache: the graph wants at least one row, which a length of 0 masks. */
  readonly #noRow: TensorData;
  #lanes: Lanes | null = null;

  /**
   * @param capacity tokens that each sequence can hold
   * @param sequences that can be open at once
   */
  constructor(graph: DecoderGraph, runtime: GraphRuntime, capacity: number, sequences: number) {
    this.#graph = graph;
    this.#runtime = runtime;
    this.#capacity = capacity;
    this.mostTogether = sequences;
    this.#noRow = zeros(graph.kvElementType, graph.kvHeads * graph.headDim);
  }

  evaluate(works: readonly Work[]): Promise<Evaluation> {
    for (const { slot, past } of works) this.#lanes?.forget(slot, past);
    return works.length === 1 ? this.#evaluateOne(works[0]!) : this.#stepTogether(works);
  }

  release(slot: number): void {
    this.#slots.delete(slot);
    this.#lanes?.forget(slot, 0);
    if (this.#slots.size < 2) this.#lanes = null;
  }

  async dispose(): Promise<void> {
    await this.#runtime.dispose();
    this.#slots.clear();
    this.#lanes = null;
  }

  async #evaluateOne(work: Work): Promise<Evaluation> {
    const { past, tokens } = work;
    const slot = this.#slotOf(work.slot);
    const inputs = stepInputs(this.#graph, [work]);
    const outputs = new Map<string, HostTensor>();
    this.#graph.caches.forEach((port, i) => {
      inputs.set(port.past, past === 0 ? this.#rows(this.#noRow, 0, 1) : this.#rows(slot.caches[i]!, 0, past));
      outputs.set(port.result, this.#rows(slot.caches[i]!, past, tokens.length));
    });
    const { vocabulary } = this.#graph;
    const count = work.rows === 'all' ? tokens.length : 1;
    const logits = work.rows === 'last' ? slot.logits : new Float32Array(count * vocabulary);
    outputs.set('logits', this.#logits(logits, 1, count));
    const engineMs = await this.#runtime.run(inputs, outputs);
    const rows = Array.from({ length: count }, (_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary));
    return { rows: [rows], engineMs };
  }

  /** One token of each of several sequences. Lanes that no work uses get a token too, whose result nobody reads. */
  async #stepTogether(works: readonly Work[]): Promise<Evaluation> {
    const lanes = this.#lanesFor(works.map(({ slot }) => slot));
    const idle: Work = { slot: -1, past: 0, tokens: [0], rows: 'last' };
    const byLane = new Array<Work>(lanes.width).fill(idle);
    for (const work of works) {
      lanes.fill(work.slot, this.#slotOf(work.slot).caches, work.past);
      byLane[lanes.laneOf(work.slot)] = work;
    }
    const pastRows = greatestOf(
      works.map(({ past }) => past),
      1,
    );
    const inputs = stepInputs(this.#graph, byLane);
    const outputs = new Map<string, HostTensor>();
    this.#graph.caches.forEach((port, i) => {
      inputs.set(port.past, lanes.past(i, pastRows));
      outputs.set(port.result, lanes.fresh(i));
    });
    const { vocabulary } = this.#graph;
    const logits = new Float32Array(lanes.width * vocabulary);
    outputs.set('logits', this.#logits(logits, lanes.width, 1));
    const engineMs = await this.#runtime.run(inputs, outputs);
    const rows = works.map(({ slot, past }) => {
      lanes.keep(slot, this.#slotOf(slot).caches, past);
      const lane = lanes.laneOf(slot);
      return [logits.subarray(lane * vocabulary, (lane + 1) * vocabulary)];
    });
    return { rows, engineMs };
  }

  /** Lanes with a seat for each: those at hand unless they are too few, or more than twice as many as needed. */
  #lanesFor(slots: readonly number[]): Lanes {
    const isFit = this.#lanes !== null && this.#lanes.width >= slots.length && this.#lanes.width <= 2 * slots.length;
    const lanes = isFit ? this.#lanes! : new Lanes(this.#graph, this.#capacity, slots.length);
    lanes.seat(slots);
    this.#lanes = lanes;
    return lanes;
  }

  #slotOf(slot: number): Slot {
    const { caches, kvElementType, vocabulary, kvHeads, headDim } = this.#graph;
    const found = this.#slots.get(slot) ?? {
      caches: caches.map(() => zeros(kvElementType, this.#capacity * kvHeads * headDim)),
      logits: new Float32Array(vocabulary),
    };
    this.#slots.set(slot, found);
    return found;
  }

  /** `count` rows of a sequence's own cache, as the graph takes and gives them. */
  #rows(cache: TensorData, from: number, count: number): HostTensor {
    const { kvElementType, kvHeads, headDim } = this.#graph;
    const length = kvHeads * headDim;
    return {
      elementType: kvElementType,
      dims: [count, 1, kvHeads, headDim],
      data: cache.subarray(from * length, (from + count) * length),
    };
  }

  #logits(data: Float32Array, sequences: number, rows: number): HostTensor {
    const { logits, vocabulary } = this.#graph;
    return { elementType: logits.elementType, dims: [sequences, rows, vocabulary], data };
  }
}
