import { closeSync, fstatSync, openSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';
import { invalidModel } from '../invalid.js';
import { ProtoCursor } from './proto-cursor.js';
import { checkDataFiles, type OnnxWeight, readWeight } from './read-weights.js';

/** An input or output of the graph. A dimension is a number or the name of a free one. */
export type OnnxValue = { name: string; elementType: number; dims: (number | string)[] };
export type OnnxNode = { operator: string; inputs: string[] };
export type OnnxFile = {
  path: string;
  /** Graph and data files, bytes. */
  sizeBytes: number;
  /** What a caller must give: initializers, which old files list too, are left out. */
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  weights: OnnxWeight[];
  nodes: OnnxNode[];
  /** Operator → the values of its integer attribute `bits`, when it has one. */
  operators: Map<string, Set<number>>;
  /** Names that some operator reads other than row by row. */
  readWhole: Set<string>;
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
    const initializers = new Set(parts.weights.map(({ name }) => name));
    return {
      path,
      ...parts,
      inputs: parts.inputs.filter(({ name }) => !initializers.has(name)),
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

type Parts = Pick<OnnxFile, 'inputs' | 'outputs' | 'weights' | 'nodes' | 'operators' | 'readWhole'>;
/** Field numbers below are those of onnx.proto. */
function readModel(cursor: ProtoCursor): Parts {
  const parts = {
    inputs: [] as OnnxValue[],
    outputs: [] as OnnxValue[],
    weights: [] as OnnxWeight[],
    nodes: [] as OnnxNode[],
    operators: new Map(),
    readWhole: new Set<string>(),
  };
  cursor.fields(cursor.fileBytes, (field, _wireType, end) => {
    if (field !== 7) return;
    cursor.fields(end, (part, _type, partEnd) => {
      if (part === 1) readNode(cursor, partEnd, parts);
      if (part === 5) parts.weights.push(readWeight(cursor, partEnd));
      if (part === 11) parts.inputs.push(readValue(cursor, partEnd));
      if (part === 12) parts.outputs.push(readValue(cursor, partEnd));
    });
  });
  return parts;
}

/** Operators that read only the rows they are asked for → the first input of which that is so (cosines and sines, or all). */
const READ_BY_ROW: Readonly<Record<string, number>> = table({
  Gather: 0,
  GatherBlockQuantized: 0,
  GroupQueryAttention: 7,
  RotaryEmbedding: 2,
});

function readNode(cursor: ProtoCursor, end: number, { nodes, operators, readWhole }: Parts): void {
  const inputs: string[] = [];
  let operator = '';
  let bits: number | undefined;
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) inputs.push(cursor.text(valueEnd));
    if (field === 4) operator = cursor.text(valueEnd);
    if (field === 5) bits = readBits(cursor, valueEnd) ?? bits;
  });
  nodes.push({ operator, inputs });
  for (const name of inputs.slice(0, READ_BY_ROW[operator])) readWhole.add(name);
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

function readValue(cursor: ProtoCursor, end: number): OnnxValue {
  const value: OnnxValue = { name: '', elementType: 0, dims: [] };
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) value.name = cursor.text(valueEnd);
    if (field === 2) within(cursor, valueEnd, 1, (typeEnd) => readTensorType(cursor, typeEnd, value));
  });
  return value;
}

/** TypeProto.Tensor { elem_type 1, shape 2 { dim 1 } } */
function readTensorType(cursor: ProtoCursor, end: number, value: OnnxValue): void {
  cursor.fields(end, (field, wireType, valueEnd) => {
    if (field === 1 && wireType === 0) value.elementType = cursor.varint();
    if (field === 2) within(cursor, valueEnd, 1, (dimEnd) => value.dims.push(readDim(cursor, dimEnd)));
  });
}

/** Visits the fields of one number. */
function within(cursor: ProtoCursor, end: number, number: number, visit: (end: number) => void): void {
  cursor.fields(end, (field, _type, valueEnd) => field === number && visit(valueEnd));
}

function readDim(cursor: ProtoCursor, end: number): number | string {
  let dim: number | string = '?';
  cursor.fields(end, (field, _type, valueEnd) => {
    if (field === 1) dim = cursor.varint();
    if (field === 2) dim = cursor.text(valueEnd);
  });
  return dim;
}
