import { closeSync, openSync, readSync } from 'node:fs';
import { blockDecoder, DECODABLE } from '../blocks/decode.js';
import { invalidModel, unsupportedModel } from '../invalid.js';
import type { GgufFile, GgufTensor } from './read.js';
import { tensorBytes } from './types.js';

const CHUNK_WEIGHTS = 1 << 20;

export const rowBytesOf = ({ type, dims }: GgufTensor): number => tensorBytes(type, dims[0]!);

/** Reads the tensors of an open GGUF file in pieces of whole rows, so that no tensor has to fit in memory. */
export class TensorData {
  readonly #fd: number;
  readonly #tensors: Map<string, GgufTensor>;

  constructor(
    readonly file: GgufFile,
    /** Called with the bytes of each piece read. */
    private readonly onRead: (bytes: number) => void = () => {},
  ) {
    this.#fd = openSync(file.path, 'r');
    this.#tensors = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  }

  find(name: string): GgufTensor | undefined {
    return this.#tensors.get(name);
  }

  get(name: string): GgufTensor {
    const tensor = this.find(name);
    if (tensor === undefined) throw invalidModel(this.file.path, `tensor ${name} is missing`, 'a complete model');
    return tensor;
  }

  /** The bytes of a tensor as stored, some rows at a time. A piece is overwritten by the next one. */
  *rawRows(tensor: GgufTensor): Generator<Buffer> {
    const pieceBytes = Math.max(1, Math.floor(CHUNK_WEIGHTS / tensor.dims[0]!)) * rowBytesOf(tensor);
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, tensor.bytes));
    for (let done = 0; done < tensor.bytes; done += buffer.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, tensor.bytes - done));
      this.#readFully(piece, tensor.offset + done);
      this.onRead(piece.length);
      yield piece;
    }
  }

  /** The weights of a tensor, some rows at a time. A piece is overwritten by the next one. Throws MODEL_UNSUPPORTED. */
  *floatRows(tensor: GgufTensor): Generator<Float32Array> {
    const decode = blockDecoder(tensor.type);
    if (decode === undefined)
      throw unsupportedModel(
        this.file.path,
        `tensor ${tensor.name} in ${tensor.type}`,
        `one of ${DECODABLE.join(', ')}`,
      );
    let weights: Float32Array | undefined;
    for (const piece of this.rawRows(tensor)) {
      const count = (piece.length / rowBytesOf(tensor)) * tensor.dims[0]!;
      weights ??= new Float32Array(count);
      const part = weights.subarray(0, count);
      decode(piece, part);
      yield part;
    }
  }

  /** All weights of a small tensor. */
  floats(tensor: GgufTensor): Float32Array {
    const all = new Float32Array(tensor.elements);
    let done = 0;
    for (const piece of this.floatRows(tensor)) {
      all.set(piece, done);
      done += piece.length;
    }
    return all;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readFully(target: Buffer, position: number): void {
    for (let done = 0; done < target.length; ) {
      const got = readSync(this.#fd, target, done, target.length - done, position + done);
      if (got === 0) throw invalidModel(this.file.path, 'the file became shorter while it was read', 'a finished file');
      done += got;
    }
  }
}
