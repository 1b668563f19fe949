import { table } from '../../core/table.js';
import { ELEMENT_TYPE } from '../../formats/onnx/element-type.js';

/** float16 travels as its raw 16 bits. */
export type TensorData = Float32Array | Uint16Array | Int32Array | BigInt64Array;

/** A dense tensor in this process's memory; `data` may be a view into a larger buffer. */
export type HostTensor = { elementType: number; dims: readonly number[]; data: TensorData };

/** A loaded graph, whichever engine evaluates it and however that is reached. */
export interface GraphRuntime {
  /** The library and how it is driven, in words. */
  readonly name: string;
  /**
   * Evaluates the graph. Results are written into the tensors given as `outputs`, which must have the shapes that the
   * graph gives. One call at a time. Resolves to the time in the engine, ms.
   */
  run(inputs: ReadonlyMap<string, HostTensor>, outputs: ReadonlyMap<string, HostTensor>): Promise<number>;
  dispose(): Promise<void>;
}

/** A runtime that can also give results whose shapes are not known before. */
export interface GrowingRuntime extends GraphRuntime {
  /** As `run`, into new tensors. */
  runForNew(
    inputs: ReadonlyMap<string, HostTensor>,
    names: readonly string[],
  ): Promise<{ results: Map<string, HostTensor>; engineMs: number }>;
}

type TensorArray = new (buffer: ArrayBuffer) => TensorData;
const CONSTRUCTORS: Readonly<Record<number, TensorArray & { BYTES_PER_ELEMENT: number }>> = table({
  [ELEMENT_TYPE.float32]: Float32Array,
  [ELEMENT_TYPE.float16]: Uint16Array,
  [ELEMENT_TYPE.int32]: Int32Array,
  [ELEMENT_TYPE.int64]: BigInt64Array,
});

/** Zeros on a buffer of their own: V8 keeps small typed arrays on its moving heap unless they get a buffer first. */
export function zeros(elementType: number, length: number): TensorData {
  const Type = CONSTRUCTORS[elementType]!;
  return new Type(new ArrayBuffer(length * Type.BYTES_PER_ELEMENT));
}

/** A tensor of integers in the width that the graph wants. */
export function integers(elementType: number, dims: readonly number[], values: readonly number[]): HostTensor {
  const data = zeros(elementType, values.length);
  for (let i = 0; i < values.length; i++) data[i] = data instanceof BigInt64Array ? BigInt(values[i]!) : values[i]!;
  return { elementType, dims, data };
}
