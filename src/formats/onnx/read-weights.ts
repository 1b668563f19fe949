import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { invalidModel } from '../invalid.js';
import type { ProtoCursor } from './proto-cursor.js';

export type OnnxWeight = {
  name: string;
  dims: number[];
  /** TensorProto.DataType. */
  elementType: number;
  /** Bytes inside the graph file or in the data file. */
  bytes: number;
  dataFile: string | undefined;
  /** In the data file. */
  offset: number;
};

/** Reads a TensorProto; field numbers are those of onnx.proto. */
export function readWeight(cursor: ProtoCursor, end: number): OnnxWeight {
  const weight: OnnxWeight = { name: '', dims: [], elementType: 0, bytes: 0, dataFile: undefined, offset: 0 };
  cursor.fields(end, (field, wireType, valueEnd) => {
    if (field === 1) weight.dims = weight.dims.concat(readDims(cursor, wireType, valueEnd));
    else if (field === 2) weight.elementType = cursor.varint();
    else if (field === 8) weight.name = cursor.text(valueEnd);
    else if (field === 13) readPlace(cursor, valueEnd, weight);
    // raw_data, or one of the typed lists.
    else if (wireType === 2 && [4, 5, 6, 7, 9, 10, 11].includes(field)) weight.bytes += valueEnd - cursor.position;
  });
  return weight;
}

/** Packed or one by one. */
function readDims(cursor: ProtoCursor, wireType: number, end: number): number[] {
  if (wireType === 0) return [cursor.varint()];
  const dims: number[] = [];
  while (cursor.position < end) dims.push(cursor.varint());
  return dims;
}

function readPlace(cursor: ProtoCursor, end: number, weight: OnnxWeight): void {
  let key = '';
  let value = '';
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) key = cursor.text(valueEnd);
    if (field === 2) value = cursor.text(valueEnd);
  });
  if (key === 'location') weight.dataFile = value;
  if (key === 'offset') weight.offset = Number(value);
  if (key === 'length') weight.bytes = Number(value);
}

/**
 * Sizes of the data files, after a check that every weight lies inside its file, and each file in the folder of the graph, as
 * the format asks (ONNX, "External Data"). Engines map these files, and a mapped file that is cut short ends a process with SIGBUS.
 */
export function checkDataFiles(path: string, weights: readonly OnnxWeight[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, dataFile, offset, bytes } of weights) {
    if (dataFile === undefined) continue;
    if (dataFile === '' || dataFile.includes('\0'))
      throw invalidModel(path, `weight ${name} lies in a file without a usable name`, 'a file name');
    if (isAbsolute(dataFile) || normalize(dataFile).startsWith('..'))
      throw invalidModel(path, `weight ${name} lies outside its folder: ${dataFile}`, 'data files beside the graph');
    const file = join(dirname(path), dataFile);
    if (!sizes.has(file)) sizes.set(file, sizeOf(path, file));
    if (offset + bytes > sizes.get(file)!)
      throw invalidModel(
        file,
        `truncated: weight ${name} ends at byte ${offset + bytes} of ${sizes.get(file)}`,
        'a whole file',
      );
  }
  return sizes;
}

function sizeOf(graph: string, file: string): number {
  const stat = statOf(file);
  if (stat === undefined) throw invalidModel(graph, `its weights file ${file} is missing`, 'both files in one folder');
  return stat.size;
}

/** undefined for whatever cannot be looked at: missing, a name too long, a folder in place of a file. */
function statOf(file: string): { size: number } | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
}
