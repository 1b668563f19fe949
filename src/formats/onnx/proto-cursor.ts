import { readSync } from 'node:fs';
import { invalidModel } from '../invalid.js';

const WINDOW_BYTES = 1 << 18;

/** Walks over a protobuf file without holding it: weights inside the file are skipped, not read. */
export class ProtoCursor {
  position = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(
    readonly path: string,
    readonly fd: number,
    readonly fileBytes: number,
  ) {}

  /** Calls `visit` for each field up to `end`; what it leaves unread is skipped. */
  fields(end: number, visit: (field: number, wireType: number, valueEnd: number) => void): void {
    while (this.position < end) {
      const tag = this.#tag();
      const valueEnd = this.#valueEnd(tag & 7);
      if (valueEnd > this.fileBytes)
        throw invalidModel(this.path, `truncated: byte ${valueEnd} is missing of ${this.fileBytes}`, 'a whole file');
      if (valueEnd > end || tag >>> 3 === 0)
        throw invalidModel(this.path, `no protobuf at byte ${this.position}`, 'an ONNX graph');
      visit(tag >>> 3, tag & 7, valueEnd);
      this.position = valueEnd;
    }
  }

  /** The number at the position; ten bytes are a negative one. */
  varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes(1)[0]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw invalidModel(this.path, `a number of more than ten bytes at ${this.position}`, 'an ONNX graph');
  }

  /** The number of a field and its wire type: 32 bits at most. */
  #tag(): number {
    const tag = this.varint();
    if (tag < 0 || tag >= 2 ** 32)
      throw invalidModel(this.path, `no protobuf at byte ${this.position}`, 'an ONNX graph');
    return tag;
  }

  bytes(count: number): Buffer {
    const from = this.position - this.#windowStart;
    if (from < 0 || from + count > this.#window.length) this.#load(count);
    const start = this.position - this.#windowStart;
    this.position += count;
    return this.#window.subarray(start, start + count);
  }

  text(end: number): string {
    return this.bytes(end - this.position).toString('utf8');
  }

  /** Where the value that follows a tag ends; for bytes and messages the position moves past their length. */
  #valueEnd(wireType: number): number {
    if (wireType === 1) return this.position + 8;
    if (wireType === 5) return this.position + 4;
    if (wireType === 2) {
      const length = this.varint();
      if (length < 0) throw invalidModel(this.path, `no protobuf at byte ${this.position}`, 'an ONNX graph');
      return this.position + length;
    }
    if (wireType !== 0)
      throw invalidModel(this.path, `wire type ${wireType} at byte ${this.position}`, 'an ONNX graph');
    const start = this.position;
    this.varint();
    const end = this.position;
    this.position = start;
    return end;
  }

  #load(count: number): void {
    if (this.position + count > this.fileBytes)
      throw invalidModel(this.path, `truncated at byte ${this.fileBytes}`, `at least ${this.position + count} bytes`);
    const window = Buffer.allocUnsafe(Math.min(this.fileBytes - this.position, Math.max(count, WINDOW_BYTES)));
    for (let filled = 0; filled < window.length; ) {
      const got = readSync(this.fd, window, filled, window.length - filled, this.position + filled);
      if (got === 0) throw invalidModel(this.path, 'the file shrank while it was read', 'a finished file');
      filled += got;
    }
    this.#window = window;
    this.#windowStart = this.position;
  }
}
