import { R1Error } from '../core/errors.js';
import type { Distribution } from './distribution.js';

/** What the highest-precision file of a model said about a text: what lower precisions are compared with. */
export type Reference = {
  /** The file, for people. */
  name: string;
  /** Every token that was predicted, in order: a model that cuts the text otherwise cannot be compared. */
  tokens: Uint32Array;
  /** One for each predicted token. */
  distributions: Distribution[];
};

const MAGIC = 0x51523152;

/**
 * A reference as bytes, to hand it from one process to another: magic, name length, rows, kept tokens a row (uint32 each),
 * name (UTF-8, padded to 4), tokens (uint32), then ids (uint32) and logarithms (float32) row by row. Little-endian.
 */
export function encodeReference({ name, tokens, distributions }: Reference): Uint8Array {
  const kept = distributions[0]?.ids.length ?? 0;
  const text = Buffer.from(name, 'utf8');
  const padded = Buffer.alloc(4 * Math.ceil(text.length / 4));
  text.copy(padded);
  const head = Uint32Array.of(MAGIC, text.length, tokens.length, kept);
  const rows = distributions.flatMap(({ ids, logprobs }) => [bytesOf(ids), bytesOf(logprobs)]);
  return Buffer.concat([bytesOf(head), padded, bytesOf(tokens), ...rows]);
}

/** Throws `INTERNAL` for bytes that `encodeReference` did not make. */
export function decodeReference(bytes: Uint8Array): Reference {
  const whole = new Uint8Array(bytes).buffer;
  const [magic, nameLength, rows, kept] = bytes.length >= 16 ? new Uint32Array(whole, 0, 4) : [];
  const textBytes = 4 * Math.ceil((nameLength ?? 0) / 4);
  if (magic !== MAGIC || whole.byteLength !== 16 + textBytes + 4 * rows! + 8 * rows! * kept!)
    throw new R1Error('INTERNAL', 'The stored reference of a quality measurement is damaged.');
  let at = 16 + textBytes;
  const next = <Floats>(Type: new (buffer: ArrayBuffer, at: number, length: number) => Floats, length: number) => {
    const array = new Type(whole, at, length);
    at += 4 * length;
    return array;
  };
  return {
    name: Buffer.from(whole, 16, nameLength).toString('utf8'),
    tokens: next(Uint32Array<ArrayBuffer>, rows!),
    distributions: Array.from({ length: rows! }, () => ({
      ids: next(Uint32Array<ArrayBuffer>, kept!),
      logprobs: next(Float32Array<ArrayBuffer>, kept!),
    })),
  };
}

const bytesOf = (array: Uint32Array | Float32Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);
