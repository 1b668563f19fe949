import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One field of a protobuf message: its number and where its content lies in the file. */
export type Field = {
  number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire: number;
  /** The value of a varint; 0 for others. */
  value: number;
  start: number;
  end: number;
};

/** Thrown when bytes are no protobuf message; the caller knows what they were meant to be. */
export class ProtobufError extends Error {}

const WINDOW_BYTES = 1 << 18;

/**
 * Reads protobuf fields from a file through a small window and skips over large ones unread, so that a graph with its
 * weights inside costs no more memory than one without. Offsets are absolute.
 */
export class ProtobufFile {
  readonly size: number;
  readonly #fd: number;
  #window = Buffer.alloc(0);
  #at = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The fields of the message between two offsets. Throws `ProtobufError` when they do not fill it exactly. */
  *fields(start = 0, end = this.size): Generator<Field> {
    for (let at = start; at < end; ) {
      const tag = this.#varint(at, end);
      const field = this.#field(Math.floor(tag.value / 8), tag.value % 8, tag.end, end);
      at = field.end;
      yield field;
    }
  }

  /** Content of a length-delimited field. */
  bytes({ start, end }: Pick<Field, 'start' | 'end'>): Buffer {
    this.#show(start, end - start);
    return Buffer.from(this.#window.subarray(start - this.#at, end - this.#at));
  }

  text(field: Field): string {
    return this.bytes(field).toString('utf8');
  }

  float(field: Field): number {
    return this.bytes(field).readFloatLE(0);
  }

  /** Values of a repeated integer field, packed or one by one. */
  varints(field: Field): number[] {
    if (field.wire === 0) return [field.value];
    const values: number[] = [];
    for (let at = field.start; at < field.end; ) {
      const { value, end } = this.#varint(at, field.end);
      values.push(value);
      at = end;
    }
    return values;
  }

  #field(number: number, wire: number, start: number, limit: number): Field {
    if (wire === 0) {
      const { value, end } = this.#varint(start, limit);
      return { number, wire, value, start, end };
    }
    const length =
      wire === 2 ? this.#varint(start, limit) : { value: wire === 1 ? 8 : wire === 5 ? 4 : -1, end: start };
    const end = length.end + length.value;
    if (number === 0 || length.value < 0 || end > limit) throw new ProtobufError(`a broken field at byte ${start}`);
    return { number, wire, value: 0, start: length.end, end };
  }

  /** Negative 64-bit values (ten bytes) come out as their two's complement would: rounded, never wanted here but −1. */
  #varint(start: number, limit: number): { value: number; end: number } {
    this.#show(start, Math.min(10, limit - start));
    let value = 0n;
    for (let i = 0; i < 10 && start + i < limit; i++) {
      const byte = this.#window[start + i - this.#at]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), end: start + i + 1 };
    }
    throw new ProtobufError(`a broken number at byte ${start}`);
  }

  /** Makes `length` bytes from `start` readable in the window. */
  #show(start: number, length: number): void {
    if (start >= this.#at && start + length <= this.#at + this.#window.length) return;
    if (start + length > this.size) throw new ProtobufError(`the file ends at byte ${this.size}, in a field`);
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - start);
    const window = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const got = readSync(this.#fd, window, filled, wanted - filled, start + filled);
      if (got === 0) throw new ProtobufError(`the file shrank while it was read`);
      filled += got;
    }
    this.#window = window;
    this.#at = start;
  }
}
