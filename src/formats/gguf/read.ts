import { closeSync, fstatSync, openSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import { invalidModel, unsupportedModel } from '../invalid.js';
import { HeaderCursor } from './cursor.js';
import { TENSOR_TYPES, type TensorType, tensorBytes, tensorTypeOfId } from './types.js';
import { type GgufValue, type Metadata, numberOf } from './value.js';

export type GgufTensor = {
  name: string;
  type: TensorType;
  /** Innermost first: [columns, rows]. */
  dims: number[];
  elements: number;
  /** From the start of the file, bytes. */
  offset: number;
  bytes: number;
};

export type GgufFile = {
  path: string;
  sizeBytes: number;
  version: number;
  alignment: number;
  metadata: Metadata;
  tensors: GgufTensor[];
  /** Where the tensor data starts, bytes. */
  dataOffset: number;
};

export const DEFAULT_ALIGNMENT = 32;
/** GGML_MAX_DIMS of ggml.h. */
const MAX_DIMS = 4;

/**
 * Reads the header of a GGUF file and checks that every tensor lies inside the file.
 * Throws MODEL_NOT_FOUND, MODEL_INVALID or MODEL_UNSUPPORTED.
 */
export function readGguf(path: string): GgufFile {
  const fd = openModel(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw invalidModel(path, 'not a regular file', 'a .gguf file');
    return readHeader(new HeaderCursor(path, fd, stat.size));
  } finally {
    closeSync(fd);
  }
}

function openModel(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : (cause as Error).message;
    throw new R1Error('MODEL_NOT_FOUND', `The model file ${path} cannot be opened: it ${why}.`, { cause });
  }
}

function readHeader(cursor: HeaderCursor): GgufFile {
  const version = readVersion(cursor);
  const tensorCount = cursor.count('the number of tensors', 32);
  const keyCount = cursor.count('the number of metadata keys', 13);
  const metadata = readMetadata(cursor, keyCount);
  const alignment = readAlignment(cursor.path, metadata);
  const infos = Array.from({ length: tensorCount }, () => readTensorInfo(cursor));
  const dataOffset = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = infos.map((info) => ({ ...info, offset: dataOffset + info.offset }));
  checkTensors(cursor, tensors, alignment);
  const { path, fileBytes } = cursor;
  return { path, sizeBytes: fileBytes, version, alignment, metadata, tensors, dataOffset };
}

function readVersion(cursor: HeaderCursor): number {
  const magic = cursor.bytes(4, 'the magic number');
  if (magic.toString('latin1') !== 'GGUF')
    throw invalidModel(cursor.path, `starts with the bytes ${magic.toString('hex')}`, 'the letters GGUF');
  const version = cursor.uint32('the format version');
  if (version === 2 || version === 3) return version;
  if (version === 0x02000000 || version === 0x03000000)
    throw unsupportedModel(cursor.path, 'a big-endian GGUF file', 'a little-endian one');
  throw unsupportedModel(cursor.path, `GGUF version ${version}`, 'version 2 or 3');
}

function readMetadata(cursor: HeaderCursor, count: number): Metadata {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text(`metadata key ${i}`);
    if (metadata.has(key)) throw invalidModel(cursor.path, `metadata key "${key}" occurs twice`, 'each key once');
    metadata.set(key, cursor.value(key));
  }
  return metadata;
}

function readAlignment(path: string, metadata: Metadata): number {
  const alignment = numberOf(metadata, 'general.alignment') ?? DEFAULT_ALIGNMENT;
  const isPowerOfTwo = Number.isInteger(Math.log2(alignment));
  if (!isPowerOfTwo || alignment < 1 || alignment > 1 << 20)
    throw invalidModel(path, `general.alignment is ${alignment}`, 'a power of two up to 1 MiB');
  return alignment;
}

function readTensorInfo(cursor: HeaderCursor): GgufTensor {
  const name = cursor.text('a tensor name');
  const rank = cursor.uint32(`the rank of ${name}`);
  if (rank < 1 || rank > MAX_DIMS)
    throw invalidModel(cursor.path, `tensor ${name} has ${rank} dimensions`, `1 to ${MAX_DIMS}`);
  const dims = Array.from({ length: rank }, () => cursor.uint64(`a dimension of ${name}`));
  const id = cursor.uint32(`the type of ${name}`);
  const type = tensorTypeOfId(id);
  if (type === undefined)
    throw unsupportedModel(cursor.path, `tensor ${name} has type number ${id}`, 'a type of llama.cpp known here');
  const elements = dims.reduce((product, dim) => product * dim, 1);
  if (elements < 1 || !Number.isSafeInteger(elements))
    throw invalidModel(
      cursor.path,
      `tensor ${name} has dimensions ${dims.join(' × ')}`,
      'positive dimensions of a sane size',
    );
  if (dims[0]! % TENSOR_TYPES[type].block !== 0)
    throw invalidModel(
      cursor.path,
      `tensor ${name} has rows of ${dims[0]} in ${type}`,
      `a multiple of ${TENSOR_TYPES[type].block}`,
    );
  return {
    name,
    type,
    dims,
    elements,
    offset: cursor.uint64(`the offset of ${name}`),
    bytes: tensorBytes(type, elements),
  };
}

function checkTensors(cursor: HeaderCursor, tensors: GgufTensor[], alignment: number): void {
  const names = new Set<string>();
  for (const { name, offset, bytes } of tensors) {
    if (names.has(name)) throw invalidModel(cursor.path, `tensor ${name} occurs twice`, 'each tensor once');
    names.add(name);
    if (offset % alignment !== 0)
      throw invalidModel(cursor.path, `tensor ${name} starts at byte ${offset}`, `a multiple of ${alignment}`);
    if (offset + bytes > cursor.fileBytes)
      throw invalidModel(
        cursor.path,
        `truncated: tensor ${name} ends at byte ${offset + bytes}, but the file has ${cursor.fileBytes}`,
        `at least ${offset + bytes} bytes`,
      );
  }
}
