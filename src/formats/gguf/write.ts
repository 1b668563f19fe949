import { atomicOutput } from '../files/atomic-output.js';
import { type Chunks, FileSink } from '../files/file-sink.js';
import { DEFAULT_ALIGNMENT } from './read.js';
import { type ScalarType, TENSOR_TYPES, type TensorType, tensorBytes, VALUE_TYPES } from './types.js';
import type { GgufValue, Metadata } from './value.js';

export type TensorSource = {
  name: string;
  type: TensorType;
  /** Innermost first: [columns, rows]. */
  dims: readonly number[];
  /** The data in file layout. A chunk may be overwritten once two more have been taken. */
  chunks: () => Chunks;
};

export type WriteOptions = {
  /** Called with the share written, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
};

/** Writes a GGUF v3 file whole or not at all, streaming the tensors. Gives its size and SHA-256. */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: readonly TensorSource[],
  options: WriteOptions = {},
): Promise<{ sizeBytes: number; sha256: string }> {
  const header = encodeHeader(metadata, tensors);
  const total = tensors.reduce((sum, tensor) => sum + aligned(sizeOf(tensor)), header.length);
  return atomicOutput(path, total, async (partial) => {
    const onBytes = (bytes: number): void => options.onProgress?.(bytes / total);
    const sink = await FileSink.create(partial, { signal: options.signal, onBytes });
    try {
      await sink.write(header);
      for (const tensor of tensors) await writeTensor(sink, tensor);
      return await sink.finish();
    } finally {
      await sink.abandon();
    }
  });
}

async function writeTensor(sink: FileSink, tensor: TensorSource): Promise<void> {
  const start = sink.position;
  await sink.writeChunks(tensor.chunks());
  const written = sink.position - start;
  if (written !== sizeOf(tensor))
    throw new Error(`${tensor.name}: ${written} bytes written, ${sizeOf(tensor)} declared`);
  await sink.padTo(DEFAULT_ALIGNMENT);
}

const aligned = (bytes: number): number => Math.ceil(bytes / DEFAULT_ALIGNMENT) * DEFAULT_ALIGNMENT;
const sizeOf = ({ type, dims }: TensorSource): number =>
  tensorBytes(
    type,
    dims.reduce((product, dim) => product * dim, 1),
  );

function encodeHeader(metadata: Metadata, tensors: readonly TensorSource[]): Buffer {
  const parts = [Buffer.from('GGUF'), encodeUint32(3), encodeUint64(tensors.length), encodeUint64(metadata.size)];
  for (const [key, value] of metadata) parts.push(encodeText(key), ...encodeValue(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(encodeText(tensor.name), encodeUint32(tensor.dims.length), ...tensor.dims.map(encodeUint64));
    parts.push(encodeUint32(TENSOR_TYPES[tensor.type].id), encodeUint64(offset));
    offset += aligned(sizeOf(tensor));
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat(parts, aligned(length));
}

function encodeValue(value: GgufValue): Buffer[] {
  const type = encodeUint32(VALUE_TYPES.indexOf(value.type));
  if (value.type !== 'array') return [type, encodeScalar(value.type, value.value)];
  return [type, encodeUint32(VALUE_TYPES.indexOf(value.of)), encodeUint64(value.count), value.bytes];
}

const encodeUint32 = (value: number): Buffer => bufferOf(4, (b) => b.writeUInt32LE(value));
const encodeUint64 = (value: number): Buffer => bufferOf(8, (b) => b.writeBigUInt64LE(BigInt(value)));

function encodeText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([encodeUint64(bytes.length), bytes]);
}

function encodeScalar(type: ScalarType, value: number | bigint | boolean | string): Buffer {
  switch (type) {
    case 'string':
      return encodeText(value as string);
    case 'bool':
      return Buffer.from([value ? 1 : 0]);
    case 'uint8':
      return bufferOf(1, (b) => b.writeUInt8(value as number));
    case 'int8':
      return bufferOf(1, (b) => b.writeInt8(value as number));
    case 'uint16':
      return bufferOf(2, (b) => b.writeUInt16LE(value as number));
    case 'int16':
      return bufferOf(2, (b) => b.writeInt16LE(value as number));
    case 'uint32':
      return encodeUint32(value as number);
    case 'int32':
      return bufferOf(4, (b) => b.writeInt32LE(value as number));
    case 'float32':
      return bufferOf(4, (b) => b.writeFloatLE(value as number));
    case 'float64':
      return bufferOf(8, (b) => b.writeDoubleLE(value as number));
    case 'uint64':
      return bufferOf(8, (b) => b.writeBigUInt64LE(BigInt(value as number | bigint)));
    case 'int64':
      return bufferOf(8, (b) => b.writeBigInt64LE(BigInt(value as number | bigint)));
  }
}

function bufferOf(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
}
