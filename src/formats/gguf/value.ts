import { SCALAR_BYTES, type ScalarType } from './types.js';

/**
 * A metadata value. Arrays keep their encoded elements: a vocabulary of 150,000 strings is then copied from file to file
 * without loss and decoded only when somebody asks.
 */
export type GgufScalar = { type: ScalarType; value: number | bigint | boolean | string };
export type GgufArray = { type: 'array'; of: ScalarType; count: number; bytes: Buffer };
export type GgufValue = GgufScalar | GgufArray;
export type Metadata = ReadonlyMap<string, GgufValue>;

export const text = (value: string): GgufValue => ({ type: 'string', value });
export const uint32 = (value: number): GgufValue => ({ type: 'uint32', value });
export const float32 = (value: number): GgufValue => ({ type: 'float32', value });
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value });

export function textArray(values: readonly string[]): GgufValue {
  const lengths = values.map((value) => Buffer.byteLength(value));
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + 8 + length, 0));
  let at = 0;
  values.forEach((value, i) => {
    bytes.writeUInt32LE(lengths[i]!, at);
    at += 8 + bytes.write(value, at + 8);
  });
  return { type: 'array', of: 'string', count: values.length, bytes };
}

export function int32Array(values: readonly number[]): GgufValue {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeInt32LE(value, 4 * i);
  });
  return { type: 'array', of: 'int32', count: values.length, bytes };
}

export function textOf(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key);
  return value?.type === 'string' ? (value.value as string) : undefined;
}

export function numberOf(metadata: Metadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (value === undefined || value.type === 'array') return undefined;
  return typeof value.value === 'number' || typeof value.value === 'bigint' ? Number(value.value) : undefined;
}

export function boolOf(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  return value?.type === 'bool' ? (value.value as boolean) : undefined;
}

/** The elements of an array of strings, or undefined when the key is absent or holds something else. */
export function textsOf(metadata: Metadata, key: string): string[] | undefined {
  const value = metadata.get(key);
  if (value?.type !== 'array' || value.of !== 'string') return undefined;
  const { bytes } = value;
  const texts = new Array<string>(value.count);
  for (let i = 0, at = 0; i < value.count; i++) {
    const end = at + 8 + bytes.readUInt32LE(at);
    texts[i] = bytes.toString('utf8', at + 8, end);
    at = end;
  }
  return texts;
}

/** The elements of an array of numbers of any width, or undefined. */
export function numbersOf(metadata: Metadata, key: string): number[] | undefined {
  const value = metadata.get(key);
  if (value?.type !== 'array' || value.of === 'string' || value.of === 'bool') return undefined;
  const { of, bytes } = value;
  const width = SCALAR_BYTES[of];
  return Array.from({ length: value.count }, (_, i) => Number(readScalar(bytes, i * width, of)));
}

/** Decodes one fixed-width element. 64-bit integers that a double cannot hold stay bigint. */
export function readScalar(bytes: Buffer, at: number, type: Exclude<ScalarType, 'string'>): number | bigint | boolean {
  switch (type) {
    case 'uint8':
      return bytes.readUInt8(at);
    case 'int8':
      return bytes.readInt8(at);
    case 'uint16':
      return bytes.readUInt16LE(at);
    case 'int16':
      return bytes.readInt16LE(at);
    case 'uint32':
      return bytes.readUInt32LE(at);
    case 'int32':
      return bytes.readInt32LE(at);
    case 'float32':
      return bytes.readFloatLE(at);
    case 'bool':
      return bytes.readUInt8(at) !== 0;
    case 'uint64':
      return narrowed(bytes.readBigUInt64LE(at));
    case 'int64':
      return narrowed(bytes.readBigInt64LE(at));
    case 'float64':
      return bytes.readDoubleLE(at);
  }
}

const narrowed = (value: bigint): number | bigint =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
