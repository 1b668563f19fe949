import { readSync } from 'node:fs';
import { invalidModel } from '../invalid.js';
import { SCALAR_BYTES, type ScalarType, VALUE_TYPES } from './types.js';
import { type GgufValue, readScalar } from './value.js';

const FIRST_READ_BYTES = 1 << 20;

/** Reads a GGUF header from the front of a file, no further than it must, and never past its end. */
export class HeaderCursor {
  position = 0;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(
    readonly path: string,
    readonly fd: number,
    readonly fileBytes: number,
  ) {}

  /** Makes the next `bytes` readable, or says that the file ends before them. */
  #need(bytes: number, what: string): void {
    const end = this.position + bytes;
    if (end <= this.#buffer.length) return;
    if (end > this.fileBytes)
      throw invalidModel(
        this.path,
        `${what} at byte ${this.position} needs ${bytes} bytes, but the file ends at ${this.fileBytes}`,
        'a whole header',
      );
    const grown = Buffer.allocUnsafe(
      Math.min(this.fileBytes, Math.max(end, FIRST_READ_BYTES, 2 * this.#buffer.length)),
    );
    this.#buffer.copy(grown);
    let filled = this.#buffer.length;
    while (filled < grown.length) {
      const got = readSync(this.fd, grown, filled, grown.length - filled, filled);
      if (got === 0)
        throw invalidModel(this.path, `the file shrank to ${filled} bytes while it was read`, 'a finished file');
      filled += got;
    }
    this.#buffer = grown;
  }

  uint32(what: string): number {
    this.#need(4, what);
    this.position += 4;
    return this.#buffer.readUInt32LE(this.position - 4);
  }

  /** A 64-bit length, count or offset. A real one fits a double. */
  uint64(what: string): number {
    const low = this.uint32(what);
    const value = this.uint32(what) * 2 ** 32 + low;
    if (value > Number.MAX_SAFE_INTEGER) throw invalidModel(this.path, `${what} is ${value}`, 'a number below 2^53');
    return value;
  }

  bytes(count: number, what: string): Buffer {
    this.#need(count, what);
    this.position += count;
    return this.#buffer.subarray(this.position - count, this.position);
  }

  text(what: string): string {
    const length = this.uint64(`the length of ${what}`);
    return this.bytes(length, what).toString('utf8');
  }

  /** A count of items that take at least `leastBytes` each: checked against what is left of the file before any loop. */
  count(what: string, leastBytes: number): number {
    const count = this.uint64(what);
    const left = this.fileBytes - this.position;
    if (count * leastBytes > left)
      throw invalidModel(
        this.path,
        `${what} is ${count}, but only ${left} bytes follow`,
        'a count that the file can hold',
      );
    return count;
  }

  value(key: string): GgufValue {
    const type = this.#valueType(key);
    if (type !== 'array') return { type, value: this.#scalar(type, key) };
    const of = this.#valueType(key);
    if (of === 'array') throw invalidModel(this.path, `"${key}" is an array of arrays`, 'plain arrays');
    const count = this.count(`the length of "${key}"`, of === 'string' ? 8 : SCALAR_BYTES[of]);
    return {
      type,
      of,
      count,
      bytes: of === 'string' ? this.#texts(count, key) : this.bytes(count * SCALAR_BYTES[of], key),
    };
  }

  #valueType(key: string): (typeof VALUE_TYPES)[number] {
    const id = this.uint32(`the type of "${key}"`);
    const type = VALUE_TYPES[id];
    if (type === undefined)
      throw invalidModel(this.path, `"${key}" has value type ${id}`, `a type from 0 to ${VALUE_TYPES.length - 1}`);
    return type;
  }

  #scalar(type: ScalarType, key: string): number | bigint | boolean | string {
    return type === 'string' ? this.text(`"${key}"`) : readScalar(this.bytes(SCALAR_BYTES[type], key), 0, type);
  }

  /** Walks over `count` strings and gives their encoded bytes. */
  #texts(count: number, key: string): Buffer {
    const start = this.position;
    for (let i = 0; i < count; i++) {
      this.#need(8, key);
      const length = this.#buffer.readUInt32LE(this.position);
      const high = this.#buffer.readUInt32LE(this.position + 4);
      if (high !== 0) throw invalidModel(this.path, `element ${i} of "${key}" is over 4 GiB long`, 'a token');
      this.#need(8 + length, key);
      this.position += 8 + length;
    }
    return this.#buffer.subarray(start, this.position);
  }
}
