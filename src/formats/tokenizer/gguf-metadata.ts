import { readFileSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';

/** Metadata of a GGUF file that holds a vocabulary. Arrays stay encoded until they are asked for. */
export type GgufMetadata = {
  text(key: string): string | undefined;
  number(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  texts(key: string): string[];
  numbers(key: string): number[];
};

/** Byte widths of GGUF value types 0…12; 8 is a string and 9 an array. */
const WIDTHS = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;

type Entry = { type: number; count: number; at: number };

/** Throws `MODEL_INVALID` for anything that is not a whole GGUF header. */
export function readGgufMetadata(path: string): GgufMetadata {
  const bytes = readFileSync(path);
  try {
    return accessors(bytes, walk(bytes));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new R1Error('MODEL_INVALID', `${path} is no whole GGUF file: its metadata ends early or is damaged.`, {
      cause,
    });
  }
}

function walk(bytes: Buffer): Map<string, Entry> {
  if (bytes.toString('latin1', 0, 4) !== 'GGUF') throw new RangeError('no GGUF magic');
  const keys = Number(bytes.readBigUInt64LE(16));
  const entries = new Map<string, Entry>();
  let at = 24;
  for (let i = 0; i < keys; i++) {
    const length = Number(bytes.readBigUInt64LE(at));
    const key = bytes.toString('utf8', at + 8, at + 8 + length);
    const type = bytes.readUInt32LE(at + 8 + length);
    at += 12 + length;
    if (type === ARRAY) {
      const entry = { type: bytes.readUInt32LE(at), count: Number(bytes.readBigUInt64LE(at + 4)), at: at + 12 };
      entries.set(key, entry);
      at = skip(bytes, entry);
    } else {
      entries.set(key, { type, count: 1, at });
      at = skip(bytes, { type, count: 1, at });
    }
  }
  if (at > bytes.length) throw new RangeError('the last value ends past the file');
  return entries;
}

/** Where the value ends. Reads every string's length, so a damaged one throws a RangeError. */
function skip(bytes: Buffer, { type, count, at }: Entry): number {
  const width = WIDTHS[type];
  if (width === undefined || (width === 0 && type !== STRING)) throw new RangeError(`value type ${type}`);
  if (type !== STRING) return at + width * count;
  let end = at;
  for (let i = 0; i < count; i++) end += 8 + Number(bytes.readBigUInt64LE(end));
  return end;
}

function accessors(bytes: Buffer, entries: ReadonlyMap<string, Entry>): GgufMetadata {
  const numbers = (key: string): number[] => {
    const entry = entries.get(key);
    return entry ? Array.from({ length: entry.count }, (_, i) => readNumber(bytes, entry, i)) : [];
  };
  const texts = (key: string): string[] => {
    const entry = entries.get(key);
    return entry?.type === STRING ? readTexts(bytes, entry) : [];
  };
  return {
    texts,
    numbers,
    text: (key) => texts(key)[0],
    number: (key) => numbers(key)[0],
    flag: (key) => (entries.has(key) ? numbers(key)[0] === 1 : undefined),
  };
}

function readTexts(bytes: Buffer, { count, at }: Entry): string[] {
  let place = at;
  return Array.from({ length: count }, () => {
    const start = place + 8;
    place = start + Number(bytes.readBigUInt64LE(place));
    return bytes.toString('utf8', start, place);
  });
}

function readNumber(bytes: Buffer, { type, at }: Entry, index: number): number {
  const place = at + WIDTHS[type]! * index;
  if (type === 6) return bytes.readFloatLE(place);
  if (type === 12) return bytes.readDoubleLE(place);
  if (type === 10) return Number(bytes.readBigUInt64LE(place));
  if (type === 11) return Number(bytes.readBigInt64LE(place));
  const isSigned = type === 1 || type === 3 || type === 5;
  return isSigned ? bytes.readIntLE(place, WIDTHS[type]!) : bytes.readUIntLE(place, WIDTHS[type]!);
}
