import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { invalidModel } from '../invalid.js';
import { ProtoCursor } from './proto-cursor.js';

export type OnnxValue = { name: string; dims: (number | string)[] };
export type OnnxWeight = {
  name: string;
  dims: number[];
  /** TensorProto.DataType. */
  elementType: number;
  /** Bytes inside the graph file or in the data file. */
  bytes: number;
  dataFile: string | undefined;
};
export type OnnxFile = {
  path: string;
  /** Graph and data files, bytes. */
  sizeBytes: number;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  weights: OnnxWeight[];
  /** Operator → the values of its integer attribute `bits`, when it has one. */
  operators: Map<string, Set<number>>;
  /** Data files beside the graph. */
  dataFiles: string[];
};

/**
 * Reads the structure of an ONNX file and checks that all its weights are there.
 * Throws MODEL_NOT_FOUND or MODEL_INVALID.
 */
export function readOnnx(path: string): OnnxFile {
  const fd = openGraph(path);
  try {
    const size = fstatSync(fd).size;
    const parts = readModel(new ProtoCursor(path, fd, size));
    if (parts.inputs.length === 0) throw invalidModel(path, 'no graph inputs in it', 'an ONNX graph');
    const dataFiles = checkDataFiles(path, parts.weights);
    return {
      path,
      ...parts,
      dataFiles: [...dataFiles.keys()],
      sizeBytes: [...dataFiles.values()].reduce((a, b) => a + b, size),
    };
  } finally {
    closeSync(fd);
  }
}

function openGraph(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new R1Error('MODEL_NOT_FOUND', `The ONNX file ${path} cannot be opened: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

type Parts = Pick<OnnxFile, 'inputs' | 'outputs' | 'weights' | 'operators'>;
type PlacedWeight = OnnxWeight & { offset: number };

/** Field numbers below are those of onnx.proto. */
function readModel(cursor: ProtoCursor): Parts & { weights: PlacedWeight[] } {
  const parts = {
    inputs: [] as OnnxValue[],
    outputs: [] as OnnxValue[],
    weights: [] as PlacedWeight[],
    operators: new Map(),
  };
  cursor.fields(cursor.fileBytes, (field, _wireType, end) => {
    if (field !== 7) return;
    cursor.fields(end, (part, _type, partEnd) => {
      if (part === 1) readNode(cursor, partEnd, parts.operators);
      if (part === 5) parts.weights.push(readWeight(cursor, partEnd));
      if (part === 11) parts.inputs.push(readValue(cursor, partEnd));
      if (part === 12) parts.outputs.push(readValue(cursor, partEnd));
    });
  });
  return parts;
}

function readNode(cursor: ProtoCursor, end: number, operators: OnnxFile['operators']): void {
  let operator = '';
  let bits: number | undefined;
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 4) operator = cursor.text(valueEnd);
    if (field === 5) bits = readBits(cursor, valueEnd) ?? bits;
  });
  const seen = operators.get(operator) ?? new Set();
  if (bits !== undefined) seen.add(bits);
  operators.set(operator, seen);
}

function readBits(cursor: ProtoCursor, end: number): number | undefined {
  let name = '';
  let value: number | undefined;
  cursor.fields(end, (field, wireType, valueEnd) => {
    if (field === 1) name = cursor.text(valueEnd);
    if (field === 3 && wireType === 0) value = cursor.varint();
  });
  return name === 'bits' ? value : undefined;
}

function readWeight(cursor: ProtoCursor, end: number): PlacedWeight {
  const weight: PlacedWeight = { name: '', dims: [], elementType: 0, bytes: 0, dataFile: undefined, offset: 0 };
  cursor.fields(end, (field, wireType, valueEnd) => {
    if (field === 1) weight.dims.push(...readDims(cursor, wireType, valueEnd));
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

function readPlace(cursor: ProtoCursor, end: number, weight: PlacedWeight): void {
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

function readValue(cursor: ProtoCursor, end: number): OnnxValue {
  const value: OnnxValue = { name: '', dims: [] };
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) value.name = cursor.text(valueEnd);
    // TypeProto.tensor_type.shape.dim
    if (field === 2) nested(cursor, valueEnd, [1, 2, 1], (dimEnd) => value.dims.push(readDim(cursor, dimEnd)));
  });
  return value;
}

/** Visits the messages found by following field numbers downwards. */
function nested(cursor: ProtoCursor, end: number, path: readonly number[], visit: (end: number) => void): void {
  const [first, ...rest] = path;
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field !== first) return;
    if (rest.length === 0) visit(valueEnd);
    else nested(cursor, valueEnd, rest, visit);
  });
}

function readDim(cursor: ProtoCursor, end: number): number | string {
  let dim: number | string = '?';
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) dim = cursor.varint();
    if (field === 2) dim = cursor.text(valueEnd);
  });
  return dim;
}

/** Sizes of the data files, after a check that every weight lies inside its file. */
function checkDataFiles(path: string, weights: readonly PlacedWeight[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, dataFile, offset, bytes } of weights) {
    if (dataFile === undefined) continue;
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
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw invalidModel(graph, `its weights file ${file} is missing`, 'both files in one folder');
  return stat.size;
}
