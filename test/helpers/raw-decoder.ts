import { dirname, join } from 'node:path';
import type * as Ort from 'onnxruntime-common';
import type { Shape } from '../../src/core/model.js';
import { onnxBinding } from '../../src/runners/onnx/installed.js';

const ort = onnxBinding();

/** Drives a converted graph by its documented interface alone (docs/models.md), apart from the runner. */
export class RawDecoder {
  readonly #cache = new Map<string, Float32Array>();
  readonly lengths: number[];

  private constructor(
    private readonly session: Ort.InferenceSession,
    private readonly shape: Shape,
    private readonly batch: number,
    capacity: number,
  ) {
    this.lengths = new Array(batch).fill(0);
    for (const { name } of this.#slots()) this.#cache.set(name, new Float32Array(capacity * this.#rowFloats));
  }

  static async open(graph: string, shape: Shape, batch = 1, capacity = 256): Promise<RawDecoder> {
    const session = await ort.InferenceSession.create(join(dirname(graph), 'model.onnx'), { intraOpNumThreads: 1 });
    return new RawDecoder(session, shape, batch, capacity);
  }

  /** Evaluates as many new tokens of each sequence; gives the logits of each sequence and token. */
  async step(tokens: readonly (readonly number[])[]): Promise<Float32Array[][]> {
    const count = tokens[0]!.length;
    const past = Math.max(1, ...this.lengths);
    const { kvHeads, headDim, vocab } = this.shape;
    const positions = Array.from({ length: count }, (_, i) => i);
    const feeds: Record<string, Ort.Tensor> = {
      input_ids: int64(tokens.flat(), [this.batch, count]),
      past_lengths: int64(this.lengths, [this.batch]),
      logits_positions: int64(positions, [count]),
    };
    for (const { name } of this.#slots()) {
      const rows = this.#cache.get(name)!.subarray(0, past * this.#rowFloats);
      feeds[`past_key_values.${name}`] = new ort.Tensor('float32', rows, [past, this.batch, kvHeads, headDim]);
    }
    const out = await this.session.run(feeds);
    this.#append(out, count);
    const logits = out.logits!.data as Float32Array;
    return tokens.map((_, b) =>
      positions.map((i) => logits.slice((b * count + i) * vocab, (b * count + i + 1) * vocab)),
    );
  }

  #append(out: Ort.InferenceSession.OnnxValueMapType, count: number): void {
    const width = this.shape.kvHeads * this.shape.headDim;
    for (const { name } of this.#slots()) {
      const rows = (out[`new.${name}`] as Ort.Tensor).data as Float32Array;
      for (let i = 0; i < count; i++)
        for (let b = 0; b < this.batch; b++) {
          const from = (i * this.batch + b) * width;
          const to = (this.lengths[b]! + i) * this.#rowFloats + b * width;
          this.#cache.get(name)!.set(rows.subarray(from, from + width), to);
        }
    }
    for (let b = 0; b < this.batch; b++) this.lengths[b]! += count;
  }

  *#slots(): Generator<{ name: string }> {
    for (let layer = 0; layer < this.shape.layers; layer++)
      for (const kind of ['key', 'value']) yield { name: `${layer}.${kind}` };
  }

  get #rowFloats(): number {
    return this.batch * this.shape.kvHeads * this.shape.headDim;
  }
}

const int64 = (values: readonly number[], dims: number[]): Ort.Tensor =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);

/** Root of the mean square difference, as a share of the reference. */
export function relativeError(rows: readonly Float32Array[], reference: readonly Float32Array[]): number {
  let difference = 0;
  let size = 0;
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      difference += (value - reference[i]![j]!) ** 2;
      size += reference[i]![j]! ** 2;
    });
  });
  return Math.sqrt(difference / size);
}
