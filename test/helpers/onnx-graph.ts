/**
 * Writes small ONNX graphs for tests of the runner, apart from the converter's writer, so that neither hides a fault of
 * the other. Field numbers are those of onnx.proto3.
 */

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
export const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
export const bytes = (field: number, value: Uint8Array | string): Buffer => {
  const content = Buffer.from(value as string);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};
export const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

export const FLOAT = 1;
export const INT64 = 7;
export const FLOAT16 = 10;

type Dims = readonly (number | string)[];

const valueInfo = (field: number, name: string, type: number, dims: Dims): Buffer => {
  const shape = dims.map((dim) => message(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)));
  return message(field, bytes(1, name), message(2, message(1, number(1, type), message(2, ...shape))));
};

/** Integer attributes only: that is all that the toy graphs need. */
const attribute = ([name, value]: [string, number | number[]]): Buffer =>
  typeof value === 'number'
    ? message(5, bytes(1, name), number(3, value), number(20, 2))
    : message(5, bytes(1, name), ...value.map((item) => number(8, item)), number(20, 7));

export class GraphBuilder {
  readonly #parts: Buffer[] = [];
  #count = 0;

  input(name: string, type: number, dims: Dims): string {
    this.#parts.push(valueInfo(11, name, type, dims));
    return name;
  }

  output(name: string, type: number, dims: Dims): void {
    this.#parts.push(valueInfo(12, name, type, dims));
  }

  floats(name: string, dims: number[], values: readonly number[]): string {
    return this.#initializer(name, FLOAT, dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  ints(name: string, dims: number[], values: readonly number[]): string {
    return this.#initializer(name, INT64, dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  external(name: string, dims: number[], location: string, offset: number, length: number): string {
    const pair = (key: string, value: string) => message(13, bytes(1, key), bytes(2, value));
    const where = [pair('location', location), pair('offset', `${offset}`), pair('length', `${length}`)];
    this.#parts.push(
      message(5, ...dims.map((dim) => number(1, dim)), number(2, FLOAT), bytes(8, name), ...where, number(14, 1)),
    );
    return name;
  }

  node(op: string, inputs: string[], attributes: Record<string, number | number[]> = {}, named?: string): string {
    const output = named ?? `${op}_${this.#count++}`;
    const list = [...inputs.map((input) => bytes(1, input)), bytes(2, output), bytes(4, op)];
    this.#parts.push(message(1, ...list, ...Object.entries(attributes).map(attribute)));
    return output;
  }

  /** ir 9, opset 17. */
  build(): Buffer {
    const graph = message(7, ...this.#parts, bytes(2, 'toy'));
    return Buffer.concat([number(1, 9), graph, message(8, bytes(1, ''), number(2, 17))]);
  }

  #initializer(name: string, type: number, dims: number[], data: Uint8Array): string {
    this.#parts.push(message(5, ...dims.map((dim) => number(1, dim)), number(2, type), bytes(8, name), bytes(9, data)));
    return name;
  }
}
