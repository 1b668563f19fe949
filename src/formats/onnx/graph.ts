import { ELEMENT_TYPE } from './element-type.js';
import { bytes, float, int, message, text } from './protobuf.js';

/** Element types that graphs are made of here, with their bytes. */
export const ELEMENT_BYTES = { float32: 4, uint8: 1, int8: 1, int32: 4, int64: 8 } as const satisfies Partial<
  Record<keyof typeof ELEMENT_TYPE, number>
>;
export type ElementType = keyof typeof ELEMENT_BYTES;

/** AttributeProto.AttributeType of onnx.proto. */
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
/** A number alone is an integer attribute; `{ float }` is a float. */
export type Attribute = number | readonly number[] | { float: number };

/** Domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';
/** Opset 17 has every standard operator used here and is read by every ONNX Runtime since 1.12; IR 9 goes with it. */
const OPSET = 17;
const IR_VERSION = 9;

export type ExternalData = { file: string; offset: number; length: number };

/** Collects the parts of a graph and encodes them. Knows nothing of transformers and does no I/O. */
export class Graph {
  readonly #nodes: Buffer[] = [];
  readonly #initializers: Buffer[] = [];
  readonly #inputs: Buffer[] = [];
  readonly #outputs: Buffer[] = [];

  /** Adds a node and gives the name of its first output. An empty name leaves an optional input or output out. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    this.#nodes.push(
      Buffer.concat([
        ...inputs.map((name) => text(1, name)),
        ...outputs.map((name) => text(2, name)),
        text(3, `${operator}.${outputs.find((name) => name !== '')}`),
        text(4, operator),
        ...Object.entries(attributes).map(([name, value]) => message(5, encodeAttribute(name, value))),
        ...(domain === '' ? [] : [text(7, domain)]),
      ]),
    );
    return outputs[0]!;
  }

  /** A dimension is a size or the name of one. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  output(name: string, type: ElementType, dims: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** A small constant inside the graph file. */
  constant(name: string, type: ElementType, dims: readonly number[], data: Uint8Array): string {
    this.#initializers.push(Buffer.concat([...tensorHead(name, type, dims), bytes(9, data)]));
    return name;
  }

  int64(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(name, 'int64', dims, new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer));
  }

  float32(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(name, 'float32', dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** A weight whose data lies in another file. */
  external(name: string, type: ElementType, dims: readonly number[], data: ExternalData): string {
    const entry = (key: string, value: string | number): Buffer => message(13, [text(1, key), text(2, String(value))]);
    const EXTERNAL = 1;
    this.#initializers.push(
      Buffer.concat([
        ...tensorHead(name, type, dims),
        entry('location', data.file),
        entry('offset', data.offset),
        entry('length', data.length),
        int(14, EXTERNAL),
      ]),
    );
    return name;
  }

  encode(name: string): Buffer {
    const graph = [
      ...this.#nodes.map((node) => bytes(1, node)),
      text(2, name),
      ...this.#initializers.map((tensor) => bytes(5, tensor)),
      ...this.#inputs.map((value) => bytes(11, value)),
      ...this.#outputs.map((value) => bytes(12, value)),
    ];
    const opset = (domain: string, version: number): Buffer => message(8, [text(1, domain), int(2, version)]);
    return Buffer.concat([
      int(1, IR_VERSION),
      text(2, 'r1-tune'),
      message(7, graph),
      opset('', OPSET),
      opset(MICROSOFT, 1),
    ]);
  }
}

const tensorHead = (name: string, type: ElementType, dims: readonly number[]): Buffer[] => [
  ...dims.map((dim) => int(1, dim)),
  int(2, ELEMENT_TYPE[type]),
  text(8, name),
];

function valueInfo(name: string, type: ElementType, dims: readonly (number | string)[]): Buffer {
  const shape = dims.map((dim) => message(1, [typeof dim === 'string' ? text(2, dim) : int(1, dim)]));
  const tensorType = message(1, [int(1, ELEMENT_TYPE[type]), message(2, shape)]);
  return Buffer.concat([text(1, name), bytes(2, tensorType)]);
}

function encodeAttribute(name: string, value: Attribute): Buffer[] {
  if (typeof value === 'number') return [text(1, name), int(3, value), int(20, ATTRIBUTE.int)];
  if ('float' in value) return [text(1, name), float(2, value.float), int(20, ATTRIBUTE.float)];
  return [text(1, name), ...value.map((item) => int(8, item)), int(20, ATTRIBUTE.ints)];
}
