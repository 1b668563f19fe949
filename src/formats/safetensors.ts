import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { invalidModel, unsupportedModel } from './invalid.js';

export const SAFETENSORS_TYPES = { F32: 4, F16: 2, BF16: 2 } as const;
export type SafetensorsType = keyof typeof SAFETENSORS_TYPES;

export type SafeTensor = {
  name: string;
  type: SafetensorsType;
  /** Outermost first: [rows, columns]. */
  shape: number[];
  file: string;
  /** From the start of the file, bytes. */
  offset: number;
  bytes: number;
};

/** A header is JSON; the format limits it to 100 MB. */
const MAX_HEADER_BYTES = 100_000_000;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** All tensors of a Hugging Face folder, of one file or many. Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function readSafetensors(folder: string): Map<string, SafeTensor> {
  const tensors = new Map<string, SafeTensor>();
  for (const file of shardsOf(folder))
    for (const tensor of readHeader(join(folder, file))) tensors.set(tensor.name, tensor);
  return tensors;
}

/** The shards that the index names, so that a missing one is noticed; without an index, the files there are. */
function shardsOf(folder: string): string[] {
  const index = join(folder, 'model.safetensors.index.json');
  if (!existsSync(index))
    return readdirSync(folder)
      .filter((name) => name.endsWith('.safetensors'))
      .sort();
  const parsed = indexSchema.safeParse(parseJson(index, readFileSync(index, 'utf8')));
  if (!parsed.success) throw invalidModel(index, 'no weight_map in it', 'an index of safetensors files');
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  const missing = shards.find((name) => !existsSync(join(folder, name)));
  if (missing) throw invalidModel(folder, `${missing} is missing, of ${shards.length} files`, 'all files of the index');
  return shards;
}

function readHeader(path: string): SafeTensor[] {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const length = Number(readExactly(fd, path, 0, 8, size).readBigUInt64LE());
    if (length > MAX_HEADER_BYTES)
      throw invalidModel(path, `its header would be ${length} bytes`, 'a safetensors file');
    const header = parseJson(path, readExactly(fd, path, 8, length, size).toString('utf8'));
    const entries = Object.entries(z.record(z.string(), z.unknown()).catch({}).parse(header));
    return entries
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => toTensor(path, name, entry, 8 + length, size));
  } finally {
    closeSync(fd);
  }
}

function toTensor(file: string, name: string, raw: unknown, dataStart: number, fileBytes: number): SafeTensor {
  const entry = entrySchema.safeParse(raw);
  if (!entry.success) throw invalidModel(file, `tensor ${name} is described wrongly`, 'dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: place } = entry.data;
  if (!Object.hasOwn(SAFETENSORS_TYPES, dtype))
    throw unsupportedModel(file, `tensor ${name} in ${dtype}`, Object.keys(SAFETENSORS_TYPES).join(', '));
  const type = dtype as SafetensorsType;
  const bytes = shape.reduce((product, dim) => product * dim, SAFETENSORS_TYPES[type]);
  if (place[1] - place[0] !== bytes)
    throw invalidModel(file, `tensor ${name} has ${place[1] - place[0]} bytes`, `${bytes}`);
  if (dataStart + place[1] > fileBytes)
    throw invalidModel(
      file,
      `truncated: tensor ${name} ends at byte ${dataStart + place[1]} of ${fileBytes}`,
      'a whole file',
    );
  return { name, type, shape, file, offset: dataStart + place[0], bytes };
}

function readExactly(fd: number, path: string, position: number, length: number, fileBytes: number): Buffer {
  const buffer = Buffer.alloc(Math.min(length, fileBytes));
  const got = readSync(fd, buffer, 0, buffer.length, position);
  if (got < length) throw invalidModel(path, `truncated at byte ${fileBytes}`, `a header of ${length} bytes`);
  return buffer;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidModel(path, `its header is not JSON (${(cause as Error).message})`, 'a safetensors file', cause);
  }
}
