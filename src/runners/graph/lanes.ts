import type { DecoderGraph } from './decoder-graph.js';
import { type HostTensor, type TensorData, zeros } from './tensor.js';

/** One sequence inside a shared cache: its slot, and how many of its rows are copied there and still true. */
type Lane = { slot: number | null; rows: number };

/**
 * A cache that several sequences share for decoding together: row p holds position p of every lane side by side, as the
 * graph wants it. It is a copy of the sequences' own caches, filled up before each step with the rows that it lacks: all
 * of them when a sequence joins, none or a few afterwards.
 */
export class Lanes {
  readonly width: number;
  readonly #lanes: Lane[];
  readonly #caches: TensorData[];
  readonly #newRows: TensorData[];
  readonly #graph: DecoderGraph;
  readonly #rowLength: number;

  constructor(graph: DecoderGraph, capacity: number, width: number) {
    this.width = width;
    this.#graph = graph;
    this.#rowLength = graph.kvHeads * graph.headDim;
    this.#lanes = Array.from({ length: width }, () => ({ slot: null, rows: 0 }));
    const cache = (rows: number) => zeros(graph.kvElementType, rows * width * this.#rowLength);
    this.#caches = graph.caches.map(() => cache(capacity));
    this.#newRows = graph.caches.map(() => cache(1));
  }

  laneOf(slot: number): number {
    return this.#lanes.findIndex((lane) => lane.slot === slot);
  }

  /** Gives these sequences a lane each; those of sequences that are not among them are taken. */
  seat(slots: readonly number[]): void {
    const newcomers = slots.filter((slot) => this.laneOf(slot) < 0);
    for (const lane of this.#lanes) {
      if (lane.slot !== null && slots.includes(lane.slot)) continue;
      const slot = newcomers.shift();
      if (slot !== undefined) Object.assign(lane, { slot, rows: 0 });
    }
  }

  /** Rows of the sequence from `count` on are about to change. */
  forget(slot: number, count: number): void {
    const lane = this.#lanes[this.laneOf(slot)];
    if (lane) lane.rows = Math.min(lane.rows, count);
  }

  /** Copies what the lane of a sequence lacks of its first `count` rows. */
  fill(slot: number, own: readonly TensorData[], count: number): void {
    const at = this.laneOf(slot);
    const lane = this.#lanes[at]!;
    this.#caches.forEach((cache, i) => {
      for (let row = lane.rows; row < count; row++) this.#copy(own[i]!, row, cache, row * this.width + at);
    });
    lane.rows = count;
  }

  /** After a step: the new row of a sequence goes to its place here and in its own cache. */
  keep(slot: number, own: readonly TensorData[], place: number): void {
    const at = this.laneOf(slot);
    this.#newRows.forEach((fresh, i) => {
      this.#copy(fresh, at, own[i]!, place);
      this.#copy(fresh, at, this.#caches[i]!, place * this.width + at);
    });
    this.#lanes[at]!.rows = place + 1;
  }

  /** The first `rows` rows of all lanes of one cache. */
  past(cache: number, rows: number): HostTensor {
    return this.#tensor(this.#caches[cache]!.subarray(0, rows * this.width * this.#rowLength), rows);
  }

  /** Where the graph puts the new row of all lanes. */
  fresh(cache: number): HostTensor {
    return this.#tensor(this.#newRows[cache]!, 1);
  }

  #tensor(data: TensorData, rows: number): HostTensor {
    const { kvElementType, kvHeads, headDim } = this.#graph;
    return { elementType: kvElementType, dims: [rows, this.width, kvHeads, headDim], data };
  }

  #copy(from: TensorData, fromRow: number, to: TensorData, toRow: number): void {
    const length = this.#rowLength;
    (to as Float32Array).set((from as Float32Array).subarray(fromRow * length, (fromRow + 1) * length), toRow * length);
  }
}
